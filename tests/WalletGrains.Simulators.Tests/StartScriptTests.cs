using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Simulators.Tests;

/// <summary>What ./run gives the host and the simulators, and what it and the README tell people to send.</summary>
public sealed partial class StartScriptTests
{
    /// <summary>In place of dotnet: writes down what the host and the simulators are started with. The simulators run until the host ends.</summary>
    private const string Dotnet = """
        #!/usr/bin/env bash
        case "$1" in
            --version) echo 10.0.100 ;;
            *WalletGrains.Simulators.dll) env >simulators.env; echo 'The simulators are ready on here'; read -r _ <ended ;;
            *WalletGrains.Host.dll) env >host.env; echo >ended ;;
        esac
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_start_script_tells_the_host_of_each_biller_what_the_biller_says_of_itself()
    {
        var told = UseBiller().Matches(await ReadAsync("run")).Select(line => line.Groups.Values.Skip(1).Select(group => group.Value));
        await using var simulators = await SimulatorServer.StartAsync(cancellationToken: Cancelled);
        string[] names = ["Name", "ReferenceLabel", "ReferencePattern", "ReferenceExample", "MinAmount", "MaxAmount", "NameEnquiry"];
        Assert.Equal(SimulatorServer.BillerCodes.Select(code => names.Select(name => simulators.BillerSettings(code)[name]).Prepend(code)), told);
    }

    [Theory]
    [InlineData(null, "globus-simulator-webhook-secret")]
    [InlineData("a secret of 'yours' for $1", "a secret of 'yours' for $1")]
    [InlineData("a-secret-of-the-bank", "a-secret-of-the-bank")]
    public async Task The_start_script_gives_host_and_bank_one_secret_and_prints_how_to_sign_with_it(string? given, string secret)
    {
        var start = await StartAsync(given);
        Assert.Equal((secret, secret), (start.Host["GLOBUS_WEBHOOK_SECRET"], start.Simulators["Simulators__WebhookSecret"]));

        var printed = start.Output.Split('\n').SkipWhile(line => !line.StartsWith("What the bank sends, by hand", StringComparison.Ordinal)).Skip(1);
        await AssertSignedAsync(secret, string.Join('\n', printed), given);
        Assert.Equal(given is null, start.Output.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_readme_signs_with_the_secret_that_it_starts_the_host_with()
    {
        var readme = await ReadAsync("README.md");
        var started = StartWithSecret().Matches(readme).Select(start => (Secret: start.Groups[1].Value, Arguments: start.Groups[2].Value)).ToList();
        Assert.Equal(["", " --with-simulators"], started.Select(start => start.Arguments));
        foreach (var secret in started.Select(start => start.Secret))
        {
            await AssertSignedAsync(secret, SignedCall().Match(readme).Value);
        }

        var start = await StartAsync(started[1].Secret);
        Assert.Equal(started[1].Secret, start.Host["GLOBUS_WEBHOOK_SECRET"]);
    }

    /// <summary>A line of ./run: <c>use_biller code "name" "label" 'pattern' example least most enquiry</c>.</summary>
    [GeneratedRegex("""^ +use_biller (\S+) "([^"]+)" "([^"]+)" '([^']+)' (\S+) (\S+) (\S+) (\S+)$""", RegexOptions.Multiline)]
    private static partial Regex UseBiller();

    /// <summary>A start of the host with a secret of the bank.</summary>
    [GeneratedRegex("`GLOBUS_WEBHOOK_SECRET=(\\S+) ./run([^`]*)`")]
    private static partial Regex StartWithSecret();

    /// <summary>The lines that sign a report and send it.</summary>
    [GeneratedRegex(@"^secret=[^`]*?/webhooks/globus .*$", RegexOptions.Multiline)]
    private static partial Regex SignedCall();

    /// <summary>Runs lines for a shell as a user would who has done what comes before them, and looks at what they would send.</summary>
    private static async Task AssertSignedAsync(string secret, string lines, string? exported = null)
    {
        Require("bash", "openssl");
        var environment = new Dictionary<string, string?> { ["GLOBUS_WEBHOOK_SECRET"] = exported };
        var sent = (await ReadAsync("bash", ["-c", $"json='Content-Type: application/json'; account=1030000014; curl() {{ printf '%s\\0' \"$@\"; }}\n{lines}"], null, environment)).Split('\0');
        var body = Assert.Single(sent, argument => argument.StartsWith('{'));
        Assert.Contains("\"accountNumber\":\"1030000014\"", body, StringComparison.Ordinal);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body)));
        Assert.Contains($"x-globus-signature: {signature}", sent);
    }

    /// <summary>Runs the script with the simulators.</summary>
    private static async Task<(string Output, Dictionary<string, string> Host, Dictionary<string, string> Simulators)> StartAsync(string? secret)
    {
        Require("bash", "mkfifo");
        await using var folder = TestFolders.Create("start");
        var scripts = Directory.CreateDirectory(Path.Combine(folder.Path, "scripts")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "run"), await ReadAsync("run"), Cancelled);
        await File.WriteAllTextAsync(Path.Combine(scripts, "common.sh"), await ReadAsync("common.sh"), Cancelled);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "dotnet"), Dotnet, Cancelled);
        var environment = new Dictionary<string, string?>
        {
            ["PATH"] = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}",
            ["ActorRuntime"] = "InProcess",
            ["ConnectionStrings__WalletGrains"] = "Host=nowhere",
            ["GLOBUS_WEBHOOK_SECRET"] = secret,
        };
        var output = await ReadAsync("bash", ["-c", "chmod +x dotnet && mkfifo ended && exec bash ./run --with-simulators"], folder.Path, environment);
        return (output, await SettingsAsync("host.env"), await SettingsAsync("simulators.env"));

        async Task<Dictionary<string, string>> SettingsAsync(string file) =>
            (await File.ReadAllLinesAsync(Path.Combine(folder.Path, file), Cancelled)).Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2)
            .GroupBy(pair => pair[0]).ToDictionary(pairs => pairs.Key, pairs => pairs.First()[1]);
    }

    /// <summary>What a program prints that ends well.</summary>
    private static async Task<string> ReadAsync(string program, string[] arguments, string? folder = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "" };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
            limit.CancelAfter(Signal.DefaultLimit);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, await error);
            return output;
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static async Task<string> ReadAsync(string name)
    {
        using var reader = new StreamReader(typeof(StartScriptTests).Assembly.GetManifestResourceStream(name)!);
        return await reader.ReadToEndAsync(Cancelled);
    }

    private static void Require(params string[] programs)
    {
        var folders = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator);
        foreach (var program in programs)
        {
            Prerequisite.Require(folders.Any(folder => File.Exists(Path.Combine(folder, program))), $"{program} is not on PATH.");
        }
    }
}
