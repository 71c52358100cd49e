using System.Diagnostics;
using System.Text.RegularExpressions;
using WalletGrains.Simulators.Admin;
using WalletGrains.Testing.Processes;
using Xunit;

namespace WalletGrains.Simulators.Tests;

/// <summary>The executable.</summary>
public sealed class ProcessTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_says_where_it_is_ready_and_stops_when_it_is_told_to()
    {
        using var process = Start("--Simulators:Seed=42");
        using var admin = new SimulatorAdmin(await ReadyAddressAsync(process));
        await admin.PayInAsync(new PayInRequest("0000014579", 5));
        Assert.Single(await admin.CreditsAsync());

        PosixSignal.Terminate.SendTo(process.Id);
        await process.WaitForExitAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public async Task It_ends_with_the_process_that_it_serves()
    {
        using var served = Start();
        await ReadyAddressAsync(served);
        using var process = Start($"--Simulators:UntilProcess={served.Id}");
        await ReadyAddressAsync(process);
        served.Kill();
        await process.WaitForExitAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        Assert.Equal(0, process.ExitCode);
    }

    [Theory]
    [InlineData("--Simulators:Port=70000", "Simulators:Port is 70000")]
    [InlineData("--Simulators:Port=x", "Simulators:Port")]
    [InlineData("--Simulators:GlobusBankCode=12", "Simulators:GlobusBankCode is '12'")]
    [InlineData("--Simulators:GlobusTokenSeconds=0", "Simulators:GlobusTokenSeconds is 0")]
    [InlineData("--Simulators:T24PathTemplate=/balances", "Simulators:T24PathTemplate is '/balances'")]
    [InlineData("--Simulators:WebhookUrl=hook", "Simulators:WebhookUrl is 'hook'")]
    [InlineData("--Simulators:BillerApiKey=", "Simulators:BillerApiKey")]
    public async Task A_wrong_setting_ends_the_start_with_its_name(string argument, string message)
    {
        using var process = Start(argument);
        var error = await process.StandardError.ReadToEndAsync(Cancelled);
        await process.WaitForExitAsync(Cancelled);
        Assert.Equal(1, process.ExitCode);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_the_start()
    {
        await using var simulators = await SimulatorServer.StartAsync(cancellationToken: Cancelled);
        using var process = Start($"--Simulators:Port={simulators.Address.Port}");
        Assert.Contains("address already in use", await process.StandardError.ReadToEndAsync(Cancelled), StringComparison.Ordinal);
        await process.WaitForExitAsync(Cancelled);
        Assert.Equal(1, process.ExitCode);
    }

    private static Process Start(params string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "WalletGrains.Simulators.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    private static async Task<Uri> ReadyAddressAsync(Process process)
    {
        var line = await process.StandardOutput.ReadLineAsync(Cancelled);
        return new Uri(Regex.Match(line ?? "", "(?<=The simulators are ready on ).+").Value);
    }
}
