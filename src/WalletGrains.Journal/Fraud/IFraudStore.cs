using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Journal.Fraud;

/// <summary>That a rule fired at an entry of a wallet.</summary>
/// <param name="AlertId">The id of the alert, if this raises one; the same for all findings of a rule in a wallet that are written together.</param>
/// <param name="WalletId">The wallet.</param>
/// <param name="Rule">Name of the rule.</param>
/// <param name="Action">Name of what it does besides.</param>
/// <param name="Currency">The wallet's currency.</param>
/// <param name="Version">The entry at which it fired.</param>
/// <param name="At">Time of that entry.</param>
/// <param name="Evidence">The entries it fired about.</param>
public sealed record FraudFindingRow(
    Guid AlertId, Guid WalletId, string Rule, string Action, string Currency, long Version, DateTimeOffset At, IReadOnlyList<FraudEvidenceRow> Evidence);

/// <summary>An entry that a rule fired about.</summary>
public sealed record FraudEvidenceRow(long Version, Guid EntryId, string Type, long AmountMinor, DateTimeOffset OccurredAt);

/// <summary>An alert: one open one for a wallet and a rule, to which everything is added that the rule finds while it is open.</summary>
/// <param name="AlertId">Its id.</param>
/// <param name="WalletId">The wallet.</param>
/// <param name="Rule">Name of the rule.</param>
/// <param name="Action">Name of what the rule does besides.</param>
/// <param name="Currency">The wallet's currency.</param>
/// <param name="RaisedAt">Time of the entry at which the rule fired first.</param>
/// <param name="NewestAt">Time of the entry at which it fired last.</param>
/// <param name="Findings">How often it fired.</param>
/// <param name="HeldAt">When the wallet was frozen for it; null while it is not, or is to be again.</param>
/// <param name="ResolvedAt">When it was resolved; null while it is open.</param>
/// <param name="ResolvedBy">Who resolved it.</param>
/// <param name="Note">Why.</param>
/// <param name="Evidence">The entries, oldest first; bounded.</param>
public sealed record FraudAlertRow(
    Guid AlertId,
    Guid WalletId,
    string Rule,
    string Action,
    string Currency,
    DateTimeOffset RaisedAt,
    DateTimeOffset NewestAt,
    long Findings,
    DateTimeOffset? HeldAt,
    DateTimeOffset? ResolvedAt,
    Guid? ResolvedBy,
    string? Note,
    IReadOnlyList<FraudEvidenceRow> Evidence);

/// <summary>The alerts.</summary>
/// <remarks>Every method throws <see cref="JournalUnavailableException"/> while the database is away; then nothing was written. Those that
/// write throw <see cref="JournalOutcomeUnknownException"/> when it may or may not be written, also later.</remarks>
public interface IFraudStore
{
    /// <summary>
    /// Writes what a consumer has found, and jobs for what it could not look at, together with its move. A rule fires once at an entry of a wallet: what was
    /// written before is left out, whatever became of its alert. What comes late is added like everything else. An alert that a finding with the action
    /// hold is added to is one to hold from then on, also when its wallet was frozen before.
    /// </summary>
    /// <returns>The alerts that this raised; null, and nothing written, when the consumer does not stand where it must.</returns>
    Task<IReadOnlyList<Guid>?> WriteAsync(
        PositionMove move, IReadOnlyList<FraudFindingRow> findings, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken);

    /// <summary>Alerts, the newest first, by keyset.</summary>
    /// <param name="isOpen">Only open ones, or only resolved ones; null for all.</param>
    /// <param name="walletId">Only those about this wallet.</param>
    /// <param name="before">Only those with a lower id; null for the newest page.</param>
    /// <param name="limit">At most so many; 1 to <see cref="JournalLimits.MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    Task<IReadOnlyList<FraudAlertRow>> ReadAsync(bool? isOpen, Guid? walletId, Guid? before, int limit, CancellationToken cancellationToken);

    /// <summary>The alert with this id; null when there is none.</summary>
    Task<FraudAlertRow?> FindAsync(Guid alertId, CancellationToken cancellationToken);

    /// <summary>Open alerts whose wallets are to be frozen and are not yet, the oldest first, by keyset.</summary>
    /// <param name="partition">Only those about wallets of this partition.</param>
    /// <param name="partitions">How many there are.</param>
    /// <param name="after">Only those with a higher id.</param>
    /// <param name="limit">At most so many; 1 to <see cref="JournalLimits.MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    Task<IReadOnlyList<FraudAlertRow>> ReadToHoldAsync(int partition, int partitions, Guid after, int limit, CancellationToken cancellationToken);

    /// <summary>Notes that the wallet was frozen for an alert.</summary>
    /// <param name="alertId">The alert.</param>
    /// <param name="findings">How many findings it had then; with more it is to be frozen again.</param>
    /// <param name="at">When.</param>
    /// <param name="cancellationToken">Gives up before anything is sent.</param>
    Task MarkHeldAsync(Guid alertId, long findings, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Resolves an alert that is open; one that is not stays as it is.</summary>
    Task ResolveAsync(Guid alertId, Guid resolvedBy, string? note, DateTimeOffset at, CancellationToken cancellationToken);
}
