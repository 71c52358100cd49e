using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text.Json;
using WalletGrains.Testing.Processes;
using Xunit;

namespace WalletGrains.Host.Tests.Processes;

/// <summary>Starting and stopping: what an operator sees.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class StartAndStopTests
{
    [Fact]
    public async Task A_second_start_on_the_same_data_folder_finds_the_data()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var folders = new HostFolders();
        Guid wallet;
        using (var first = await HostProcessUnderTest.StartAsync(folders))
        using (var bank = new BankClient(first.Address))
        {
            await bank.SignInAsync(cancellation);
            wallet = await bank.OpenWalletAsync(cancellation);
            Assert.IsType<Reply.Ok>(await bank.PostAsync($"/wallet/{wallet}/deposit", """{"amount":12.5}""", cancellation));
            Assert.Equal(0, await first.TerminateAsync());
        }

        using var second = await HostProcessUnderTest.StartAsync(folders);
        using var again = new BankClient(second.Address);
        await again.SignInAsync(cancellation);
        var reply = Assert.IsType<Reply.Ok>(await again.GetAsync($"/wallet/{wallet}", cancellation));
        Assert.Equal(12.5m, reply.Json.GetProperty("balance").GetDecimal());
    }

    [Fact]
    public async Task A_stop_takes_the_embedded_server_with_it()
    {
        await using var folders = new HostFolders();
        using var host = await HostProcessUnderTest.StartAsync(folders);
        var server = folders.ServerProcessId!.Value;

        Assert.Equal(0, await host.TerminateAsync());

        Assert.False(Directory.Exists($"/proc/{server}"));
    }

    [Fact]
    public async Task Ctrl_C_is_a_clean_stop_as_well()
    {
        await using var folders = new HostFolders();
        using var host = await HostProcessUnderTest.StartAsync(folders);

        Assert.Equal(0, await host.InterruptAsync());

        Assert.Null(folders.ServerProcessId);
    }

    [Fact]
    public async Task Logs_are_JSON_lines_in_two_files()
    {
        await using var folders = new HostFolders();
        using var host = await HostProcessUnderTest.StartAsync(folders);
        Assert.Equal(0, await host.TerminateAsync());

        Assert.Equal(["api.log", "worker.log"], Directory.EnumerateFiles(folders.Logs).Select(Path.GetFileName).Order());
        foreach (var line in await File.ReadAllLinesAsync(Path.Combine(folders.Logs, "worker.log"), TestContext.Current.CancellationToken))
        {
            using var json = JsonDocument.Parse(line);
            Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
        }
    }

    [Fact]
    public async Task Programs_of_the_system_are_never_taken_from_the_working_folder()
    {
        await using var folders = new HostFolders();
        foreach (var name in new[] { "test", "stat", "chown", "sync", "setsid" })
        {
            var file = Path.Combine(folders.Root, name);
            await File.WriteAllTextAsync(file, "#!/bin/sh\nexit 1\n", TestContext.Current.CancellationToken);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }

        using var host = await HostProcessUnderTest.StartAsync(folders);

        Assert.Contains(folders.Data, host.ReadyLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_one_sentence_and_exit_code_1()
    {
        await using var folders = new HostFolders();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var (exitCode, output) = await HostProcessUnderTest.RunToEndAsync(folders, new Dictionary<string, string> { ["PORT"] = $"{port}" });

        AssertOneSentence(exitCode, output, "already in use");
    }

    [Fact]
    public async Task A_data_folder_in_use_is_one_sentence_and_exit_code_1()
    {
        await using var folders = new HostFolders();
        using var host = await HostProcessUnderTest.StartAsync(folders);

        var (exitCode, output) = await HostProcessUnderTest.RunToEndAsync(folders, new Dictionary<string, string>());

        AssertOneSentence(exitCode, output, "already in use");
    }

    [Fact]
    public async Task A_wrong_connection_string_is_one_sentence_and_exit_code_1()
    {
        await using var folders = new HostFolders();
        var settings = new Dictionary<string, string> { ["ConnectionStrings__WalletGrains"] = "Host=127.0.0.1;Port=1;Username=nobody;Timeout=2" };

        var (exitCode, output) = await HostProcessUnderTest.RunToEndAsync(folders, settings);

        AssertOneSentence(exitCode, output, "ConnectionStrings__WalletGrains");
    }

    [Fact]
    public async Task A_missing_PostgreSQL_is_one_sentence_and_exit_code_1()
    {
        await using var folders = new HostFolders();
        var settings = new Dictionary<string, string> { ["Postgres__BinFolder"] = folders.Root };

        var (exitCode, output) = await HostProcessUnderTest.RunToEndAsync(folders, settings);

        AssertOneSentence(exitCode, output, "PostgreSQL");
    }

    [Fact]
    public async Task Production_without_a_signing_key_is_one_sentence_and_exit_code_1()
    {
        await using var folders = new HostFolders();
        var settings = new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Production", ["GLOBUS_MOCK"] = "true" };

        var (exitCode, output) = await HostProcessUnderTest.RunToEndAsync(folders, settings);

        AssertOneSentence(exitCode, output, "Jwt__Key");
    }

    [Fact]
    public async Task A_level_of_the_logs_that_there_is_not_is_one_sentence_and_exit_code_1()
    {
        await using var folders = new HostFolders();

        var (exitCode, output) = await HostProcessUnderTest.RunToEndAsync(folders, new Dictionary<string, string> { ["Serilog__MinimumLevel__Default"] = "Loud" });

        AssertOneSentence(exitCode, output, "Loud");
    }

    private static void AssertOneSentence(int exitCode, string output, string part)
    {
        Assert.Equal(1, exitCode);
        Assert.Contains(part, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }
}
