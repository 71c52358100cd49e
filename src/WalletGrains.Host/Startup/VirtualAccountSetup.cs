using WalletGrains.Grains.VirtualAccounts;

namespace WalletGrains.Host.Startup;

/// <summary>The bank that virtual accounts are at, or that there is none.</summary>
internal static partial class VirtualAccountSetup
{
    /// <summary>Registers it.</summary>
    /// <exception cref="StartupException">A setting of the bank is wrong or missing.</exception>
    public static void AddVirtualAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        try
        {
            services.AddVirtualAccounts(GlobusOptions.Read(configuration));
        }
        catch (ArgumentException e)
        {
            throw new StartupException(e.Message, e);
        }

        services.AddHostedService<Announcement>();
    }

    /// <summary>Says once when no bank is called. In Production people would pay to numbers that are nobody's, or somebody else's.</summary>
    private sealed class Announcement(GlobusOptions options, IHostEnvironment environment, ILogger<GlobusOptions> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (options.IsMock)
            {
                LogMock(logger, environment.IsProduction() ? LogLevel.Warning : LogLevel.Information);
            }

            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [LoggerMessage(EventId = 4006, Message = "There is no GLOBUS_CLIENT_ID: numbers of virtual accounts are made up, and no bank knows them")]
    private static partial void LogMock(ILogger logger, LogLevel level);
}
