using System.Diagnostics;
using WalletGrains.Simulators;

try
{
    var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
    var options = configuration.GetSection(SimulatorOptions.Section).Get<SimulatorOptions>() ?? new SimulatorOptions();
    await using var server = await SimulatorServer.StartAsync(options);
    Console.WriteLine($"The simulators are ready on {server.Address.GetLeftPart(UriPartial.Authority)}");

    using var ended = new CancellationTokenSource();
    _ = options.UntilProcess is { } id ? EndWithAsync(id, ended) : Task.CompletedTask;
    await server.WaitForShutdownAsync(ended.Token);
    return 0;
}
catch (Exception e) when (e is ArgumentException or InvalidOperationException or IOException)
{
    await Console.Error.WriteLineAsync($"The simulators cannot start: {e.Message}");
    return 1;
}

static async Task EndWithAsync(int processId, CancellationTokenSource ended)
{
    try
    {
        using var process = Process.GetProcessById(processId);
        await process.WaitForExitAsync();
    }
    catch (ArgumentException)
    {
        // It has ended already.
    }

    await ended.CancelAsync();
}
