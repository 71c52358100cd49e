using Microsoft.Extensions.DependencyInjection;
using WalletGrains.Grains.Jobs;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>What virtual accounts need from the container besides their stores.</summary>
public static class VirtualAccountServices
{
    /// <summary>Registers it: the bank, or its stand-in, and the work with it.</summary>
    public static IServiceCollection AddVirtualAccounts(this IServiceCollection services, GlobusOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.AddSingleton(options);
        if (options.IsMock)
        {
            services.AddSingleton<IAccountBank, MockBank>();
        }
        else
        {
            services.AddSingleton<GlobusCalls>();
            services.AddSingleton<GlobusTokens>();
            services.AddSingleton<GlobusBank>();
            services.AddSingleton<IAccountBank>(static provider => provider.GetRequiredService<GlobusBank>());
        }

        services.AddSingleton<IJobHandler, VirtualAccountCreation>();
        services.AddSingleton<IJobHandler, VirtualAccountRecovery>();
        services.AddSingleton<BankCrediting>();
        services.AddSingleton<IJobHandler>(static provider => provider.GetRequiredService<BankCrediting>());
        services.AddSingleton<IJobHandler, BankVerification>();
        services.AddSingleton<IJobHandler, BankCreditAlert>();
        return services;
    }
}
