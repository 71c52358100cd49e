using WalletGrains.Contracts;
using WalletGrains.Contracts.Bills;
using WalletGrains.Domain.Bills;
using WalletGrains.Journal.Bills;

namespace WalletGrains.Grains.Bills;

/// <summary>A payment as it is stored, with what its bytes say.</summary>
internal sealed record StoredBill(BillRow Row, BillProgress Progress)
{
    public static StoredBill Of(BillRow row) => new(row, BillContent.Decode((BillPhase)row.State, row.Content));

    public Money Amount => new(Row.AmountMinor, Currency.Parse(Row.Currency));

    /// <summary>What the biller is called with. Its reference follows from the payment alone, so that no payment is ever made under two.</summary>
    public BillOrder Order => new(Row.PaymentId.ToString(), Row.CustomerReference, Amount);

    /// <summary>Words for the wallet's history. They follow from what was asked for: a step that is repeated has the same.</summary>
    public string Description => $"{Row.BillerCode} {Row.CustomerReference}";

    /// <summary>The step to a progress of this payment.</summary>
    public BillMove MoveTo(BillProgress next, DateTimeOffset at) =>
        new(Row.PaymentId, Row.Revision, (BillState)next.Phase, next.AwaitingSince, BillContent.Encode(next), at);

    /// <summary>The payment after that step.</summary>
    public StoredBill After(BillMove move, BillProgress next) => new(
        Row with { State = move.To, Revision = move.Revision + 1, AwaitingSince = move.AwaitingSince, Content = move.Content, UpdatedAt = move.At }, next);

    public BillPayment ToPayment() => new(
        Row.PaymentId,
        Row.WalletId,
        Row.OwnerId,
        Row.BillerCode,
        Row.CustomerReference,
        Amount,
        BillProgress.StatusOf(Progress.Phase),
        Row.CreatedAt,
        Row.UpdatedAt,
        Progress.Steps)
    {
        // Who holds no money, or is not known to yet, is told no names.
        CustomerName = Progress.Phase is BillPhase.Pending or BillPhase.Failed ? null : Progress.CustomerName,
        BillerReference = Progress.BillerReference,
        Token = Progress.Token,
        Failure = Progress.Failure,
        AwaitingSince = Progress.AwaitingSince,
        Settlement = Progress.Settlement,
        Dispute = Progress.Dispute,
    };
}

/// <summary>New rows of payments, and what lists ask for.</summary>
internal static class BillRows
{
    public static BillRow ToRow(PayBill command, Guid paymentId, Guid? ownerId, string? customerName, DateTimeOffset now) => new(
        paymentId,
        command.WalletId,
        ownerId,
        command.BillerCode,
        command.CustomerReference,
        command.Amount.MinorUnits,
        command.Amount.Currency.Code,
        command.RequestId.Value,
        BillContent.FingerprintOf(command),
        BillState.Pending,
        Revision: 0,
        AwaitingSince: null,
        BillContent.Encode(BillProgress.Begin(now, customerName)),
        now,
        now);

    /// <summary>The states that are shown as a status.</summary>
    public static IReadOnlyList<BillState> StatesOf(BillStatus? status) => status is null
        ? []
        : [.. Enum.GetValues<BillPhase>().Where(phase => BillProgress.StatusOf(phase) == status).Select(phase => (BillState)phase)];

    /// <summary>Throws <see cref="ArgumentException"/> when a command cannot be stored or means nothing.</summary>
    public static void Check(PayBill command)
    {
        ArgumentNullException.ThrowIfNull(command);
        CheckText(command.BillerCode, Limits.MaxBillerCodeLength);
        CheckText(command.CustomerReference, Limits.MaxCustomerReferenceLength);
        if (command.Amount.MinorUnits is <= 0 or > Limits.MaxAmountMinor)
        {
            throw new ArgumentException("The amount of a bill is above zero and no larger than the largest amount.", nameof(command));
        }

        void CheckText(string text, int length)
        {
            if (text.Length is 0 || text.Length > length || !PlainText.IsValid(text))
            {
                throw new ArgumentException($"A code has 1 to {Limits.MaxBillerCodeLength} characters, a reference 1 to {Limits.MaxCustomerReferenceLength}, and no control characters.", nameof(command));
            }
        }
    }
}
