using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WalletGrains.Contracts.Activity;
using WalletGrains.Grains.Activity;
using WalletGrains.Grains.BalanceSync;
using WalletGrains.Grains.Bills;
using WalletGrains.Grains.Bulks;
using WalletGrains.Grains.Checkpoints;
using WalletGrains.Grains.Fraud;
using WalletGrains.Grains.Jobs;
using WalletGrains.Grains.Reconciliation;
using WalletGrains.Grains.Schedules;
using WalletGrains.Grains.Signing;
using WalletGrains.Grains.Statistics;
using WalletGrains.Grains.Transfers;
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
        services.TryAddSingleton<FraudOptions>();
        services.TryAddSingleton(provider => provider.GetRequiredService<FraudOptions>().ToGate());
        services.TryAddSingleton(BookSigner.Off);
        services.TryAddSingleton<JobMetrics>();
        services.TryAddSingleton(provider => JobOptions.Read(provider.GetService<IConfiguration>()));
        services.TryAddSingleton(provider => new JobKinds(provider.GetServices<IJobHandler>(), provider.GetService<IConfiguration>()));
        services.AddSingleton<IJobHandler, TransferRecovery>();
        services.AddSingleton<IJobHandler, BulkRecovery>();
        services.AddSingleton<IJobHandler, HoldExpiry>();
        services.AddSingleton<IJobHandler, ScheduleJob>();
        services.AddSingleton<IJobHandler, ScheduleRecovery>();
        services.AddSingleton<IJobHandler, ReconciliationJob>();
        services.AddSingleton<IJobHandler, FullReconciliationJob>();
        services.AddSingleton<IJobHandler, CheckpointJob>();
        services.AddSingleton<IJobHandler, JobPurge>();
        services.AddSingleton<IJobHandler, EventJob>();
        services.AddSingleton<IEventRetry, StatisticsRetry>();
        services.AddSingleton<IEventRetry, FraudRetry>();
        services.TryAddSingleton(provider => BillOptions.Read(provider.GetService<IConfiguration>()));
        services.AddSingleton<IJobHandler, BillCalling>();
        services.AddSingleton<IJobHandler, BillAsking>();
        services.AddSingleton<IJobHandler, BillReversing>();
        services.AddSingleton<IJobHandler, BillDisputes>();
        services.TryAddSingleton(provider => CoreBankingOptions.Read(provider.GetService<IConfiguration>()));
        services.TryAddSingleton<ICoreBanking, T24Client>();
        services.TryAddSingleton<BalanceSyncMetrics>();
        services.TryAddSingleton<BillerMetrics>();
        services.TryAddSingleton<IBillers, Billers>();
        services.TryAddSingleton<Func<JobKinds>>(provider => provider.GetRequiredService<JobKinds>);
        services.AddSingleton<IJobHandler, AccountSync>();
        services.AddSingleton<IJobHandler, BalanceSweep>();
        services.TryAddSingleton<IPasswordHasher<UserRow>, PasswordHasher<UserRow>>();
        return services;
    }
}
