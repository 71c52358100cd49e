using System.Globalization;
using Microsoft.AspNetCore.SignalR;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Filters;
using Serilog.Formatting;
using Serilog.Formatting.Display;
using Serilog.Formatting.Json;
using WalletGrains.Host.Startup;

namespace WalletGrains.Host.Logging;

/// <summary>
/// Logs: a console for people or, as JSON lines, for collectors of logs, and JSON lines in two files that are rotated by size: api.log for the front door,
/// worker.log for everything else. Levels and further sinks come from the section Serilog.
/// </summary>
internal static class SerilogSetup
{
    private const string FormatSetting = "WALLETGRAINS_LOG_FORMAT";

    /// <summary>What the framework tells of each request.</summary>
    private const string RequestLines = "Microsoft.AspNetCore.Hosting.Diagnostics";

    private const long MaxFileBytes = 64L * 1024 * 1024;
    private const int MaxFiles = 14;

    public static void UseSerilog(this ILoggingBuilder logging, IConfiguration configuration, HostSettings options)
    {
        var api = Matching.FromSource("WalletGrains.Api");
        var web = Matching.FromSource("Microsoft.AspNetCore");
        var logger = Configured(new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Orleans", LogEventLevel.Warning)
            // At every start it takes the machine's uptime for the time its own check took, and warns.
            .MinimumLevel.Override("Orleans.Runtime.Watchdog", LogEventLevel.Error), configuration)
            .Enrich.FromLogContext()
            .Enrich.With<TokenRedaction>()
            // A refusal that the client of a hub was told. The framework takes it for an error of the product.
            .Filter.ByExcluding(line => line.Exception is HubException)
            .WriteTo.Console(ConsoleFormat(configuration[FormatSetting]))
            .WriteTo.Logger(part => File(part.Filter.ByIncludingOnly(line => api(line) || web(line)), options, "api.log"))
            .WriteTo.Logger(part => File(part.Filter.ByExcluding(line => api(line) || web(line)), options, "worker.log"))
            .CreateLogger();
        logging.ClearProviders();
        logging.AddSerilog(logger, dispose: true);
        if (!logger.ForContext(Constants.SourceContextPropertyName, RequestLines).IsEnabled(LogEventLevel.Information))
        {
            // Nobody reads them. Were they only left out, the framework would still make an activity and a scope for each request, which every await behind it carries along.
            logging.AddFilter<SerilogLoggerProvider>(RequestLines, LogLevel.None);
        }
    }

    /// <summary>With what the section Serilog says, which wins.</summary>
    private static LoggerConfiguration Configured(LoggerConfiguration defaults, IConfiguration configuration)
    {
        try
        {
            return defaults.ReadFrom.Configuration(configuration);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException)
        {
            throw new StartupException($"The section Serilog of the configuration is wrong: {e.Message}", e);
        }
    }

    private static ITextFormatter ConsoleFormat(string? name) => name switch
    {
        null or "" or "text" => new MessageTemplateTextFormatter(
            "{Timestamp:HH:mm:ss.fff} {Level:u3} {SourceContext}: {Message:lj} {CorrelationId}{NewLine}{Exception}", CultureInfo.InvariantCulture),
        "json" => new JsonFormatter(renderMessage: true, formatProvider: CultureInfo.InvariantCulture),
        _ => throw new StartupException($"{FormatSetting} is '{name}'; it must be text or json."),
    };

    private static void File(LoggerConfiguration part, HostSettings options, string name) => part.WriteTo.File(
        new JsonFormatter(renderMessage: true, formatProvider: CultureInfo.InvariantCulture),
        Path.Combine(options.LogFolder, name),
        rollingInterval: RollingInterval.Infinite,
        rollOnFileSizeLimit: true,
        fileSizeLimitBytes: MaxFileBytes,
        retainedFileCountLimit: MaxFiles,
        shared: true);
}
