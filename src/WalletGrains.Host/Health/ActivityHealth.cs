using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using WalletGrains.Contracts.Activity;
using WalletGrains.Grains.Activity;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;

namespace WalletGrains.Host.Health;

/// <summary>Whether all who follow the journal do: the relays and each consumer, in each partition, measured at the newest committed entries.</summary>
internal sealed class ActivityHealth(PostgresActivityLags lags, ActivityOptions options) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var late = (await lags.ReadAsync(ActivityLags.Consumers, options.Partitions, cancellationToken))
                .Where(lag => lag.Age > HealthLimits.ActivityDelay)
                .ToList();
            return late.Count == 0
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded(Describe(late, late.Exists(lag => lag.IsHeldBack) ? await lags.FindHolderAsync(cancellationToken) : null));
        }
        catch (JournalUnavailableException e)
        {
            return HealthCheckResult.Degraded("How far followers are behind the journal cannot be read.", e);
        }
    }

    /// <summary>What is wrong with those who are late, and whose fault it is where nobody may go on.</summary>
    internal static string Describe(IReadOnlyCollection<ConsumerLag> late, HorizonHolder? holder)
    {
        var sentences = late
            .Where(lag => !lag.IsHeldBack)
            .GroupBy(lag => lag.Consumer)
            .Select(ofConsumer => string.Create(
                CultureInfo.InvariantCulture,
                $"{ofConsumer.Key} is {ofConsumer.Max(lag => lag.Age).TotalSeconds:0} s behind the journal in partition {string.Join(", ", ofConsumer.Select(lag => lag.Partition))}."))
            .ToList();
        if (late.Where(lag => lag.IsHeldBack).ToList() is { Count: > 0 } held)
        {
            var cause = holder switch
            {
                { ProcessId: { } pid } => string.Create(
                    CultureInfo.InvariantCulture, $"The transaction of PostgreSQL's process {pid} ({holder.Name}), open for {holder.Age.TotalSeconds:0} s,"),
                not null => string.Create(CultureInfo.InvariantCulture, $"The prepared transaction '{holder.Name}', {holder.Age.TotalSeconds:0} s old,"),
                null => "A transaction that this user of PostgreSQL may not see",
            };
            sentences.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{cause} holds back {string.Join(", ", held.Select(lag => lag.Consumer).Distinct())}: nothing that was committed since is passed on, for {held.Max(lag => lag.Age).TotalSeconds:0} s now."));
        }

        return string.Join(" ", sentences);
    }
}
