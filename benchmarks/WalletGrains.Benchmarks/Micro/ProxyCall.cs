using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WalletGrains.Benchmarks.Calls;

namespace WalletGrains.Benchmarks.Micro;

/// <summary>One call of a grain by its proxy, from outside the silo's turns and back.</summary>
public class ProxyCall
{
    private IHost _host = null!;
    private IEchoGrain _grain = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        CallsRuntime.Add(builder);
        _host = builder.Build();
        await _host.StartAsync();
        _grain = _host.Services.GetRequiredService<IGrainFactory>().GetGrain<IEchoGrain>(1);
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    [Benchmark]
    public Task<int> CallGrain() => _grain.EchoAsync(1);
}
