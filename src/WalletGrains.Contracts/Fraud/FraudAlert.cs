namespace WalletGrains.Contracts.Fraud;

/// <summary>What happens when a rule fires.</summary>
public enum FraudAction
{
    /// <summary>An alert is raised.</summary>
    Flag = 1,

    /// <summary>An alert is raised and the wallet is frozen.</summary>
    Hold = 2,

    /// <summary>The wallet refuses what the rule fires at.</summary>
    Refuse = 3,
}

/// <summary>A suspicion about a wallet. While it is open, whatever else its rule finds in the wallet is added to it.</summary>
/// <param name="AlertId">Its id.</param>
/// <param name="WalletId">The wallet.</param>
/// <param name="Rule">The rule that fired.</param>
/// <param name="Action">What the rule does besides.</param>
/// <param name="Currency">The wallet's currency.</param>
/// <param name="RaisedAt">Time of the entry at which the rule fired first.</param>
/// <param name="NewestAt">Time of the entry at which it fired last.</param>
/// <param name="Findings">How often it fired.</param>
/// <param name="Evidence">The entries it fired about, oldest first, up to <see cref="Limits.MaxFraudEvidence"/>.</param>
/// <param name="HeldAt">When the wallet was frozen for it; null when it was not, or is to be again.</param>
/// <param name="ResolvedAt">When an operator resolved it; null while it is open.</param>
/// <param name="ResolvedBy">Who did.</param>
/// <param name="Note">The operator's words.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.FraudAlert")]
public sealed record FraudAlert(
    [property: Id(0)] Guid AlertId,
    [property: Id(1)] Guid WalletId,
    [property: Id(2)] string Rule,
    [property: Id(3)] FraudAction Action,
    [property: Id(4)] Currency Currency,
    [property: Id(5)] DateTimeOffset RaisedAt,
    [property: Id(6)] DateTimeOffset NewestAt,
    [property: Id(7)] long Findings,
    [property: Id(8)] List<FraudEvidence> Evidence,
    [property: Id(9)] DateTimeOffset? HeldAt = null,
    [property: Id(10)] DateTimeOffset? ResolvedAt = null,
    [property: Id(11)] Guid? ResolvedBy = null,
    [property: Id(12)] string? Note = null);

/// <summary>An entry that a rule fired about.</summary>
/// <param name="Version">Its version in the wallet.</param>
/// <param name="EntryId">Its id, the transaction id of the front door.</param>
/// <param name="Type">The name of its type.</param>
/// <param name="AmountMinor">How much, in minor units.</param>
/// <param name="OccurredAt">When it was decided.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.FraudEvidence")]
public sealed record FraudEvidence(
    [property: Id(0)] long Version,
    [property: Id(1)] Guid EntryId,
    [property: Id(2)] string Type,
    [property: Id(3)] long AmountMinor,
    [property: Id(4)] DateTimeOffset OccurredAt);
