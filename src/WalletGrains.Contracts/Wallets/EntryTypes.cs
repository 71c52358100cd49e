using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace WalletGrains.Contracts.Wallets;

/// <summary>The names of entry types, as they are stored and shown.</summary>
public static class EntryTypes
{
    /// <summary>The types that concern money: what a customer calls a transaction.</summary>
    public static IReadOnlyList<EntryType> Transactions { get; } = [.. Enum.GetValues<EntryType>().Where(IsTransaction)];

    /// <summary>The names of <see cref="Transactions"/>.</summary>
    public static IReadOnlyList<string> TransactionNames { get; } = [.. Transactions.Select(NameOf)];

    /// <summary>Whether entries of the type concern money; the others tell of the wallet itself.</summary>
    public static bool IsTransaction(EntryType type) =>
        type is not (EntryType.Freeze or EntryType.Unfreeze or EntryType.Close or EntryType.SetLimits);

    /// <summary>The type's name, for example TRANSFER_OUT.</summary>
    public static string NameOf(EntryType type) => type switch
    {
        EntryType.Fund => "FUND",
        EntryType.Withdraw => "WITHDRAW",
        EntryType.TransferOut => "TRANSFER_OUT",
        EntryType.TransferIn => "TRANSFER_IN",
        EntryType.TransferRefund => "TRANSFER_REFUND",
        EntryType.Hold => "HOLD",
        EntryType.Capture => "CAPTURE",
        EntryType.Release => "RELEASE",
        EntryType.Freeze => "FREEZE",
        EntryType.Unfreeze => "UNFREEZE",
        EntryType.Close => "CLOSE",
        EntryType.SetLimits => "SET_LIMITS",
        EntryType.BillPayment => "BILL_PAYMENT",
        EntryType.BillReversal => "BILL_REVERSAL",
        _ => throw new UnreachableException($"Entry type {type} has no name."),
    };

    /// <summary>The type with this name; false when there is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out EntryType type)
    {
        foreach (var candidate in Enum.GetValues<EntryType>())
        {
            if (NameOf(candidate) == name)
            {
                type = candidate;
                return true;
            }
        }

        type = default;
        return false;
    }

    /// <summary>The type with this name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static EntryType Parse(string name) =>
        TryParse(name, out var type) ? type : throw new ArgumentException($"'{name}' is not an entry type.", nameof(name));
}
