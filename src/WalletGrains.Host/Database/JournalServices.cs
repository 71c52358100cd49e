using Npgsql;
using WalletGrains.Grains.Reconciliation;
using WalletGrains.Grains.Verification;
using WalletGrains.Host.Startup;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.BalanceSync;
using WalletGrains.Journal.Bills;
using WalletGrains.Journal.Bulks;
using WalletGrains.Journal.Clocks;
using WalletGrains.Journal.Fraud;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Reading;
using WalletGrains.Journal.Reconciling;
using WalletGrains.Journal.Schedules;
using WalletGrains.Journal.Statistics;
using WalletGrains.Journal.Users;
using WalletGrains.Journal.Verifying;
using WalletGrains.Journal.VirtualAccounts;

namespace WalletGrains.Host.Database;

/// <summary>The journal and the stores beside it.</summary>
internal static class JournalServices
{
    /// <summary>Registers them.</summary>
    /// <exception cref="StartupException">A setting of the section Journal is wrong.</exception>
    public static void AddJournal(this IServiceCollection services, IConfiguration configuration, HostDatabase database)
    {
        var options = ReadOptions(configuration);
        services.AddSingleton(options);
        services.AddDatabaseClock(database);
        services.AddSingleton<CommitSignal>();
        services.AddSingleton<RecentCommits>();
        services.AddSingleton<IJournal>(provider => ActivatorUtilities.CreateInstance<PostgresJournal>(provider, database.JournalDataSource));
        services.AddSingleton<IActivityLog>(provider => ActivatorUtilities.CreateInstance<PostgresActivityLog>(provider, database.JournalDataSource));
        services.AddSingleton<IActivityPositions>(provider => ActivatorUtilities.CreateInstance<PostgresActivityPositions>(provider, database.JournalDataSource));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<PostgresActivityLags>(provider, database.JournalDataSource));
        services.AddSingleton<IStatisticsStore>(provider => ActivatorUtilities.CreateInstance<PostgresStatisticsStore>(provider, database.JournalDataSource));
        services.AddSingleton<IFraudStore>(provider => ActivatorUtilities.CreateInstance<PostgresFraudStore>(provider, database.JournalDataSource));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<PostgresUserStore>(provider, database.JournalDataSource));
        services.AddSingleton<IUserDirectory>(provider => provider.GetRequiredService<PostgresUserStore>());
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<PostgresSessionStore>(provider, database.JournalDataSource));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<PostgresApiKeyStore>(provider, database.JournalDataSource));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<PostgresCredentialLog>(provider, database.JournalDataSource));
        services.AddSingleton<IScheduleStore>(provider => ActivatorUtilities.CreateInstance<PostgresScheduleStore>(provider, database.JournalDataSource));
        services.AddSingleton<IBulkStore>(provider => ActivatorUtilities.CreateInstance<PostgresBulkStore>(provider, database.JournalDataSource));
        services.AddSingleton<IBillStore>(provider => ActivatorUtilities.CreateInstance<PostgresBillStore>(provider, database.JournalDataSource));
        services.AddSingleton<IMobileUserStore>(provider => ActivatorUtilities.CreateInstance<PostgresMobileUserStore>(provider, database.JournalDataSource));
        services.AddSingleton<IJobStore>(provider => ActivatorUtilities.CreateInstance<PostgresJobStore>(provider, database.JournalDataSource));
        services.AddSingleton<IVirtualAccountStore>(provider => ActivatorUtilities.CreateInstance<PostgresVirtualAccounts>(provider, database.JournalDataSource));
        services.AddSingleton<IBankInbox>(provider => ActivatorUtilities.CreateInstance<PostgresBankInbox>(provider, database.JournalDataSource));
        services.AddSingleton(new PostgresTransferList(database.JournalDataSource));
        services.AddSingleton(new PostgresCheckpoints(database.JournalDataSource));
        services.AddSingleton(new PostgresAudits(database.JournalDataSource));
        services.AddSingleton(provider => new PostgresReconciliation(
            database.JournalDataSource, WalletPostings.Terms, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => Histories(database.JournalDataSource, options, provider.GetRequiredService<TimeProvider>()));
    }

    /// <summary>Has the silo go by the time of the database, before anything else is given a clock.</summary>
    private static void AddDatabaseClock(this IServiceCollection services, HostDatabase database)
    {
        services.AddSingleton(new DatabaseClock(TimeProvider.System));
        services.AddSingleton<TimeProvider>(provider => provider.GetRequiredService<DatabaseClock>());
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<PostgresTime>(provider, database.JournalDataSource));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ClockComparison>(
            provider, (Func<CancellationToken, Task<DateTimeOffset>>)provider.GetRequiredService<PostgresTime>().ReadAsync));
        services.AddHostedService<ClockComparing>();
    }

    /// <summary>Reads the section Journal.</summary>
    /// <exception cref="StartupException">A setting is wrong.</exception>
    public static JournalOptions ReadOptions(IConfiguration configuration)
    {
        var options = configuration.GetSection("Journal").Get<JournalOptions>() ?? new JournalOptions();
        try
        {
            options.Validate();
            return options;
        }
        catch (ArgumentException e)
        {
            throw new StartupException(e.Message, e);
        }
    }

    /// <summary>Reads of whole histories. Nobody waits for one page of them, and a cold disk may need its time.</summary>
    public static StoredHistories Histories(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time) =>
        new(dataSource, HistoryVerifier.Concurrency, options with { ReadTimeout = TimeSpan.FromMinutes(1) }, time);
}
