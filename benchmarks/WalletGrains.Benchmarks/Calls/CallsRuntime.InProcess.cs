using Microsoft.Extensions.Hosting;

namespace WalletGrains.Benchmarks.Calls;

/// <summary>The in-process runtime with this project's grains and nothing else.</summary>
internal static class CallsRuntime
{
    public static void Add(IHostApplicationBuilder builder) =>
        builder.Services.AddInProcessOrleans(silo => silo.GrainAssemblies.Add(typeof(EchoGrain).Assembly));
}
