namespace WalletGrains.Simulation.Audit;

/// <summary>One transfer from its debit on.</summary>
internal sealed class TransferBook(Guid transferId, AuditedEntry debit, Guid to)
{
    public Guid TransferId { get; } = transferId;

    public AuditedEntry Debit { get; } = debit;

    public Guid From => Debit.WalletId;

    public Guid To { get; } = to;

    public AuditedEntry? Credit { get; set; }

    public AuditedEntry? Refund { get; set; }

    /// <summary>Why the receiver refused the credit; null while it has not.</summary>
    public string? CreditRefusal { get; set; }

    public bool IsFinal => Credit is not null || Refund is not null;

    public string CreditId => $"t:{TransferId:N}/credit";

    public string RefundId => $"t:{TransferId:N}/refund";
}
