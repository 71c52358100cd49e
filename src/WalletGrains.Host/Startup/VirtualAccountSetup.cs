using WalletGrains.Grains.VirtualAccounts;

namespace WalletGrains.Host.Startup;

/// <summary>The bank that virtual accounts are at, or that there is none.</summary>
internal static partial class VirtualAccountSetup
{
    private const string MockSetting = "GLOBUS_MOCK";

    /// <summary>Registers it.</summary>
    /// <exception cref="StartupException">A setting of the bank is wrong or missing. In Production that there is no bank must be said: people would pay to numbers
    /// that are nobody's, or somebody else's.</exception>
    public static void AddVirtualAccounts(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        GlobusOptions options;
        try
        {
            options = GlobusOptions.Read(configuration);
        }
        catch (ArgumentException e)
        {
            throw new StartupException(e.Message, e);
        }

        var allowsMock = configuration[MockSetting] switch
        {
            null or "" => !environment.IsProduction(),
            var text => bool.TryParse(text, out var value) ? value : throw new StartupException($"{MockSetting} is '{text}'; it must be true or false."),
        };
        if (options.IsMock && !allowsMock)
        {
            throw new StartupException(
                $"GLOBUS_CLIENT_ID is missing: without a bank, numbers of virtual accounts are made up, and people would pay to nobody. Set it, or {MockSetting}=true where that is wanted.");
        }

        services.AddVirtualAccounts(options);

        services.AddHostedService<Announcement>();
    }

    /// <summary>Says once when no bank is called.</summary>
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
