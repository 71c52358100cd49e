using WalletGrains.Host.Actors;
using WalletGrains.Host.Database;
using WalletGrains.Host.Startup;
using WalletGrains.Journal.Audit;

namespace WalletGrains.Host.Audit;

/// <summary>The audit of requests: silos read it, front doors write it.</summary>
internal static class AuditServices
{
    /// <summary>Registers what the role needs of it.</summary>
    /// <exception cref="StartupException">A setting of the sections Audit or Journal is wrong.</exception>
    public static void AddAudit(this IServiceCollection services, IConfiguration configuration, HostDatabase database, ActorRole role)
    {
        var journal = JournalServices.ReadOptions(configuration);
        var options = AuditOptions.Read(configuration);
        services.AddSingleton(provider => new PostgresApiAudit(database.JournalDataSource, journal, provider.GetRequiredService<TimeProvider>()));
        if (role is not ActorRole.Silo)
        {
            services.AddSingleton(options);
            services.AddHostedService<AuditRetention>();
            services.AddSingleton<AuditWriter>();
            services.AddHostedService(provider => provider.GetRequiredService<AuditWriter>());
        }
    }
}
