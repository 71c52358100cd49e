using WalletGrains.Contracts.Activity;
using WalletGrains.Grains.Activity;
using WalletGrains.Grains.Fraud;
using WalletGrains.Host.Actors;

namespace WalletGrains.Host.Startup;

/// <summary>What follows commits: how wallets are divided among those who do, what is suspicious, the loop that wakes the relays, and the one that looks how far behind they are.</summary>
internal static class ActivitySetup
{
    /// <summary>Registers it.</summary>
    /// <exception cref="StartupException">A setting of the sections Activity or Fraud is wrong.</exception>
    public static void AddActivity(this IServiceCollection services, IConfiguration configuration, ActorRole role)
    {
        try
        {
            var options = configuration.GetSection(ActivityOptions.Section).Get<ActivityOptions>() ?? new ActivityOptions();
            options.Validate();
            services.AddSingleton(options);
            var fraud = configuration.GetSection(FraudOptions.Section).Get<FraudOptions>() ?? new FraudOptions();
            fraud.Validate();
            services.AddSingleton(fraud);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // The binder's own message names the setting, the value and the type.
            throw new StartupException(e.Message, e);
        }

        if (role is not ActorRole.Api)
        {
            services.AddHostedService<RelayWakeups>();
            services.AddHostedService<ActivityLags>();
        }
    }
}
