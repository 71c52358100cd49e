using System.Diagnostics.Metrics;
using System.Reflection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace WalletGrains.Host.Telemetry;

/// <summary>
/// Sends spans and metrics over OTLP while the host runs. Started before and stopped after everything else, so that a start and a stop
/// are seen as well. Where to, how and how often is said by the standard variables, which the library reads itself.
/// </summary>
internal sealed class TelemetryExport(TelemetryOptions options, IConfiguration configuration) : IHostedService, IDisposable
{
    /// <summary>How long a stop waits for what is not sent yet.</summary>
    private const int FlushTimeoutMilliseconds = 2_000;

    private static readonly double[] Seconds = [0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private const string ServiceName = "walletgrains";

    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Traces)
        {
            _traces = Sdk.CreateTracerProviderBuilder()
                .ConfigureServices(services => services.AddSingleton(configuration))
                .SetResourceBuilder(Resource())
                .AddSource("WalletGrains.*", "Microsoft.AspNetCore", "Npgsql")
                .AddOtlpExporter()
                .Build();
        }

        if (options.Metrics)
        {
            _metrics = Sdk.CreateMeterProviderBuilder()
                .ConfigureServices(services => services.AddSingleton(configuration))
                .SetResourceBuilder(Resource())
                .AddMeter("WalletGrains.*", "Microsoft.AspNetCore.*", "Microsoft.Orleans", "Npgsql", "System.Runtime")
                .AddView(Buckets)
                .AddOtlpExporter()
                .Build();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            _traces?.ForceFlush(FlushTimeoutMilliseconds);
            _metrics?.ForceFlush(FlushTimeoutMilliseconds);
        },
        CancellationToken.None);

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    /// <summary>The usual buckets are meant for milliseconds: what is measured in seconds would all be in the first one.</summary>
    private static ExplicitBucketHistogramConfiguration? Buckets(Instrument instrument) =>
        instrument.Meter.Name.StartsWith("WalletGrains.", StringComparison.Ordinal) && instrument is Histogram<double> { Unit: "s" }
            ? new ExplicitBucketHistogramConfiguration { Boundaries = Seconds }
            : null;

    /// <summary>Who sends; OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come last and so win.</summary>
    private static ResourceBuilder Resource() => ResourceBuilder.CreateEmpty()
        .AddService(ServiceName, serviceVersion: typeof(TelemetryExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();
}
