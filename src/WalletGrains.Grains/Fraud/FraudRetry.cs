using WalletGrains.Grains.Activity;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Fraud;

namespace WalletGrains.Grains.Fraud;

/// <summary>Shows one entry to the rules that they have not seen. What they find is left out where they have fired at a later entry of the wallet since:
/// its alert is there.</summary>
public sealed class FraudRetry(FraudOptions rules, IFraudStore store, IActivityPositions positions, IJournal journal, IdGenerator ids) : IEventRetry
{
    internal const string ConsumerName = "fraud";

    // A consumer that stays where it is: its writes need no fence, since what was found before is left out.
    private const string OwnName = "fraud-retry";

    /// <inheritdoc />
    public string Consumer => ConsumerName;

    /// <inheritdoc />
    public async Task RetryAsync(Guid walletId, long version)
    {
        var page = await journal.ReadEntriesAsync(new EntryQuery(walletId, version + 1, 1, AfterVersion: version - 1), CancellationToken.None);
        var happened = ActivityRows.ToEvent(page is [var row] ? row : throw new FormatException($"Wallet {walletId} has no entry {version}."));
        var effects = new FraudEffects(rules.ToRules(), store, journal, ids);
        await effects.PrepareAsync([happened]);
        effects.Apply(happened);
        var place = await positions.LoadAsync(OwnName, 0, 1, CancellationToken.None);
        await effects.WriteAsync(new PositionMove(OwnName, 0, 1, place, place.Position), []);
    }
}
