using System.Globalization;
using Microsoft.AspNetCore.SignalR;
using Serilog;
using Serilog.Events;
using Serilog.Filters;
using Serilog.Formatting.Json;
using WalletGrains.Host.Startup;

namespace WalletGrains.Host.Logging;

/// <summary>
/// Logs: a readable console, and JSON lines in two files that are rotated by size: api.log for the front door,
/// worker.log for everything else. Levels and further sinks come from the section Serilog.
/// </summary>
internal static class SerilogSetup
{
    private const long MaxFileBytes = 64L * 1024 * 1024;
    private const int MaxFiles = 14;

    public static void UseSerilog(this ILoggingBuilder logging, IConfiguration configuration, HostSettings options)
    {
        var api = Matching.FromSource("WalletGrains.Api");
        var web = Matching.FromSource("Microsoft.AspNetCore");
        var urls = Matching.FromSource("Microsoft.AspNetCore.Hosting.Diagnostics");
        var logger = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Orleans", LogEventLevel.Warning)
            // At every start it takes the machine's uptime for the time its own check took, and warns.
            .MinimumLevel.Override("Orleans.Runtime.Watchdog", LogEventLevel.Error)
            .ReadFrom.Configuration(configuration)
            // Its lines on every request have the whole URL, and that of a hub connection has an access token in it.
            .Filter.ByExcluding(line => line.Level < LogEventLevel.Warning && urls(line))
            .Enrich.FromLogContext()
            .Enrich.With<TokenRedaction>()
            // A refusal that the client of a hub was told. The framework takes it for an error of the product.
            .Filter.ByExcluding(line => line.Exception is HubException)
            .WriteTo.Console(
                outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {SourceContext}: {Message:lj} {CorrelationId}{NewLine}{Exception}",
                formatProvider: CultureInfo.InvariantCulture)
            .WriteTo.Logger(part => File(part.Filter.ByIncludingOnly(line => api(line) || web(line)), options, "api.log"))
            .WriteTo.Logger(part => File(part.Filter.ByExcluding(line => api(line) || web(line)), options, "worker.log"))
            .CreateLogger();
        logging.ClearProviders();
        logging.AddSerilog(logger, dispose: true);
    }

    private static void File(LoggerConfiguration part, HostSettings options, string name) => part.WriteTo.File(
        new JsonFormatter(renderMessage: true, formatProvider: CultureInfo.InvariantCulture),
        Path.Combine(options.LogFolder, name),
        rollingInterval: RollingInterval.Infinite,
        rollOnFileSizeLimit: true,
        fileSizeLimitBytes: MaxFileBytes,
        retainedFileCountLimit: MaxFiles,
        shared: true);
}
