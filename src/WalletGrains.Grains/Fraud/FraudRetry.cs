using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Fraud;
using WalletGrains.Domain.Fraud;
using WalletGrains.Grains.Activity;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Fraud;

namespace WalletGrains.Grains.Fraud;

/// <summary>
/// Shows one entry to the rules that they have not seen, and with it what was there behind it by then: rules fire at the entry itself, and at later ones because
/// of it. What comes after that the consumer sees together with the entry (<see cref="FraudEffects.Skip"/>).
/// </summary>
public sealed class FraudRetry(
    FraudOptions options, IFraudStore store, IActivityPositions positions, IJournal journal, IGrainFactory grains, ActivityOptions activity, IdGenerator ids) : IEventRetry
{
    internal const string ConsumerName = "fraud";

    // A consumer that stays where it is: its writes need no fence, since what was found before is left out.
    private const string OwnName = "fraud-retry";

    /// <inheritdoc />
    public string Consumer => ConsumerName;

    /// <inheritdoc />
    public async Task RetryAsync(Guid walletId, long version, CancellationToken cancellationToken)
    {
        var page = await journal.ReadEntriesAsync(new EntryQuery(walletId, version + 1, 1, AfterVersion: version - 1), cancellationToken);
        var entry = ActivityRows.ToEvent(page is [var row] ? row : throw new FormatException($"Wallet {walletId} has no entry {version}.")).Entry
            ?? throw new FormatException($"Entry {version} of wallet {walletId} cannot be read.");
        var rules = options.ToRules();
        if (!rules.Concern(entry))
        {
            return;
        }

        var late = Withdrawal.Of(entry);
        var window = await journal.ReadBehindAsync(await journal.ReadBeforeAsync(rules, entry, cancellationToken), rules, entry, cancellationToken);

        // What rules find without the entry is the consumer's.
        var findings = rules.Find(window.With(late), late, entry.Amount.Currency)
            .Where(finding => finding.Evidence.Contains(late))
            .GroupBy(finding => finding.Rule, (_, ofRule) => (AlertId: ids.NewId(), Findings: ofRule))
            .SelectMany(alert => alert.Findings, (alert, finding) => FraudRows.ToRow(finding, alert.AlertId, walletId, entry.Amount.Currency))
            .ToList();
        if (findings.Count == 0)
        {
            return;
        }

        var place = await positions.LoadAsync(OwnName, 0, 1, cancellationToken);
        var raised = await store.WriteAsync(new PositionMove(OwnName, 0, 1, place, place.Position), findings, [], cancellationToken)
            ?? throw new InvalidOperationException($"Somebody has moved the consumer {OwnName}.");
        await grains.GetGrain<IFraudGrain>(ActivityQuery.PartitionOf(walletId, activity.Partitions)).TellAsync([.. raised]);
    }
}
