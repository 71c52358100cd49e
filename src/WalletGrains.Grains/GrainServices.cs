using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WalletGrains.Contracts.Activity;
using WalletGrains.Grains.Activity;
using WalletGrains.Grains.Checkpoints;
using WalletGrains.Grains.Signing;
using WalletGrains.Grains.Verification;
using WalletGrains.Grains.Wallets;
using WalletGrains.Journal.Users;

namespace WalletGrains.Grains;

/// <summary>What the grains need from the container besides the journal and the user store.</summary>
public static class GrainServices
{
    /// <summary>Registers it.</summary>
    public static IServiceCollection AddWalletGrains(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IdGenerator>();
        services.TryAddSingleton<DeadlineClock>();
        services.TryAddSingleton<WalletProfiles>();
        services.TryAddSingleton<HistoryVerifier>();
        services.TryAddSingleton<CheckpointWriter>();
        services.TryAddSingleton<ActivityOptions>();
        services.TryAddSingleton<ActivityMetrics>();
        services.TryAddSingleton(BookSigner.Off);
        services.TryAddSingleton<IPasswordHasher<UserRow>, PasswordHasher<UserRow>>();
        return services;
    }
}
