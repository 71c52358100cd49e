using WalletGrains.Host.Startup;

namespace WalletGrains.Host.Telemetry;

/// <summary>What is sent over OTLP, as the standard variables of OpenTelemetry say. Without one of them nothing is, and nothing is paid for it.</summary>
/// <param name="Traces">Whether spans are sent.</param>
/// <param name="Metrics">Whether metrics are sent.</param>
internal sealed record TelemetryOptions(bool Traces, bool Metrics)
{
    /// <summary>Reads the variables.</summary>
    /// <exception cref="StartupException">One of them asks for what there is not.</exception>
    public static TelemetryOptions Read(IConfiguration configuration) =>
        string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase)
            ? new TelemetryOptions(false, false)
            : new TelemetryOptions(IsOn(configuration, "TRACES"), IsOn(configuration, "METRICS"));

    /// <summary>A signal is sent when its exporter is chosen, or an endpoint is named and the exporter is not none.</summary>
    private static bool IsOn(IConfiguration configuration, string signal)
    {
        var variable = $"OTEL_{signal}_EXPORTER";
        return configuration[variable] switch
        {
            // Both are looked at: each is to be an address, or the start ends.
            null or "" => HasEndpoint(configuration, "OTEL_EXPORTER_OTLP_ENDPOINT") | HasEndpoint(configuration, $"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"),
            "otlp" => true,
            "none" => false,
            var other => throw new StartupException($"{variable} is '{other}'; it must be otlp or none."),
        };
    }

    /// <summary>The library would send to its default in the place of one that it cannot read, and tell nobody.</summary>
    private static bool HasEndpoint(IConfiguration configuration, string variable) => configuration[variable] switch
    {
        null or "" => false,
        var text when Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) => true,
        var text => throw new StartupException($"{variable} is '{text}'; it must be the address of a collector, such as http://collector:4317."),
    };
}
