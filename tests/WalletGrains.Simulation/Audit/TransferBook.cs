namespace WalletGrains.Simulation.Audit;

/// <summary>One transfer from its debit on.</summary>
internal sealed class TransferBook(AuditedEntry debit)
{
    public Guid TransferId { get; } = debit.TransferId!.Value;

    public AuditedEntry Debit { get; } = debit;

    public Guid From => Debit.WalletId;

    public Guid To => Debit.Other!.Value;

    /// <summary>The transfer that it gives back; null when it is no reversal.</summary>
    public Guid? Reverses => Debit.Reverses;

    /// <summary>Whether its receiver must take it: the money has nowhere else to go.</summary>
    public bool Settles => Reverses is not null || Debit.Hold is not null;

    public AuditedEntry? Credit { get; set; }

    public AuditedEntry? Refund { get; set; }

    /// <summary>Why the receiver refused the credit; null while it has not.</summary>
    public string? CreditRefusal { get; set; }

    public bool IsFinal => Credit is not null || Refund is not null;

    public string CreditId => $"t:{TransferId:N}/credit";

    public string RefundId => $"t:{TransferId:N}/refund";

    /// <summary>What its credit has to be.</summary>
    public Content CreditContent => new(Kinds.TransferIn, Debit.Amount, Debit.Currency, From, Debit.Words, Debit.Metadata);

    /// <summary>What its refund has to be.</summary>
    public Content RefundContent => new(Kinds.TransferRefund, Debit.Amount, Debit.Currency, To, null);
}
