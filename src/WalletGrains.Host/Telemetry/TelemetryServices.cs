namespace WalletGrains.Host.Telemetry;

/// <summary>Telemetry over OTLP, where the variables of OpenTelemetry ask for it.</summary>
internal static class TelemetryServices
{
    /// <summary>Registers what is asked for, and nothing else. Before all other services, so that they are seen starting and stopping.</summary>
    public static void AddTelemetry(this IServiceCollection services, TelemetryOptions options)
    {
        if (options is { Traces: false, Metrics: false })
        {
            return;
        }

        services.AddSingleton(options);
        services.AddHostedService<TelemetryExport>();
        services.AddSingleton<IIncomingGrainCallFilter, GrainCallTelemetry>();
    }
}
