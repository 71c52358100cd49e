using WalletGrains.Journal.Jobs;

namespace WalletGrains.Journal.VirtualAccounts;

/// <summary>The row of a payment that the bank has received.</summary>
/// <param name="Reference">The bank's name of it.</param>
/// <param name="AccountNumber">The account that it was paid to.</param>
/// <param name="AmountMinor">How much, in minor units.</param>
/// <param name="Currency">Of which currency.</param>
/// <param name="SenderName">Who paid; null when unknown.</param>
/// <param name="Narration">The payer's words; null when there are none.</param>
/// <param name="OccurredAt">When it was paid, as whoever reported it says.</param>
/// <param name="Source">Where it is known from: 1 a webhook, 2 a statement.</param>
/// <param name="ReceivedAt">When it was stored.</param>
/// <param name="Credit">What the wallet made of it; null while it is not credited.</param>
/// <param name="Closing">That an operator has given it up; null when nobody has.</param>
public sealed record BankCreditRow(
    string Reference,
    string AccountNumber,
    long AmountMinor,
    string Currency,
    string? SenderName,
    string? Narration,
    DateTimeOffset OccurredAt,
    short Source,
    DateTimeOffset ReceivedAt,
    BankCreditEntry? Credit = null,
    BankCreditClosing? Closing = null);

/// <summary>Where a payment went.</summary>
/// <param name="WalletId">The wallet.</param>
/// <param name="EntryId">Its entry.</param>
/// <param name="CreditedAt">When.</param>
public sealed record BankCreditEntry(Guid WalletId, Guid EntryId, DateTimeOffset CreditedAt);

/// <summary>An operator's decision that a payment is not to be credited.</summary>
/// <param name="ClosedAt">When.</param>
/// <param name="Because">What its dead letter said.</param>
public sealed record BankCreditClosing(DateTimeOffset ClosedAt, string Because);

/// <summary>What the bank has told of payments, and how statements compared with it.</summary>
/// <remarks>Every method throws <see cref="JournalUnavailableException"/> while the database is away; those that write throw
/// <see cref="JournalOutcomeUnknownException"/> when the answer was lost, and may be repeated.</remarks>
public interface IBankInbox
{
    /// <summary>References that are looked up at a time.</summary>
    const int MaxReferences = 1_000;

    /// <summary>The source of payments that were reported; nothing but a signature says that the bank did it.</summary>
    const short WebhookSource = 1;

    /// <summary>Writes a payment and, in the same transaction, the job that credits it, unless it is credited or closed already.</summary>
    /// <param name="credit">The payment.</param>
    /// <param name="job">The job; its key is the payment's reference.</param>
    /// <param name="cancellationToken">Gives up the look at what was there before.</param>
    /// <returns>What was stored before under the reference; null when nothing was.</returns>
    Task<BankCreditRow?> ReceiveAsync(BankCreditRow credit, NewJob job, CancellationToken cancellationToken);

    /// <summary>Remembers another content of a known payment and, in the same transaction, writes the job that tells of it: once for each content.</summary>
    Task ContradictAsync(BankCreditRow reported, NewJob alert);

    /// <summary>Has a payment that was closed credited after all: it is open again, and its job is written in the same transaction.</summary>
    /// <param name="reference">The payment; nothing happens when it is credited.</param>
    /// <param name="job">The job, which begins anew where there is one; its key is the payment's reference.</param>
    Task ReopenAsync(string reference, NewJob job);

    /// <summary>Discards the dead letter of a payment, and closes the payment in the same transaction. A repeat changes nothing.</summary>
    /// <param name="jobId">A job that credits payments: its key is the payment's reference.</param>
    /// <returns>False when it is no dead letter.</returns>
    Task<bool> DiscardAsync(Guid jobId);

    /// <summary>Remembers where a payment went. Once it is remembered, the call changes nothing.</summary>
    Task MarkCreditedAsync(string reference, BankCreditEntry credit);

    /// <summary>The payment with this reference; null when there is none.</summary>
    Task<BankCreditRow?> FindAsync(string reference, CancellationToken cancellationToken);

    /// <summary>The payments with these references, up to <see cref="MaxReferences"/>; those that there are, in no order.</summary>
    Task<IReadOnlyList<BankCreditRow>> FindAsync(IReadOnlyCollection<string> references, CancellationToken cancellationToken);

    /// <summary>Payments that were reported in a stretch of time, whatever the reports say of when they were made, and all that were made in it;
    /// in the order in which they were stored, up to <see cref="MaxReferences"/>.</summary>
    /// <param name="from">At this time or later.</param>
    /// <param name="to">Before this time.</param>
    /// <param name="after">The last payment of the page before; null for the first page.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    Task<IReadOnlyList<BankCreditRow>> ReadAsync(DateTimeOffset from, DateTimeOffset to, BankCreditRow? after, CancellationToken cancellationToken);

    /// <summary>Keeps the comparison of a day's statement in place of the one before it.</summary>
    Task SaveReconciliationAsync(DateOnly day, DateTimeOffset ranAt, ReadOnlyMemory<byte> content);

    /// <summary>The comparison of a day's statement; null when there is none.</summary>
    Task<byte[]?> FindReconciliationAsync(DateOnly day, CancellationToken cancellationToken);
}
