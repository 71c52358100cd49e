using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Wallets;

/// <summary>Types of entries as the contract writes them.</summary>
internal static class EntryTypes
{
    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<EntryType>().Select(Name)];

    /// <summary>The type's name.</summary>
    public static string Name(this EntryType type) => type switch
    {
        EntryType.Fund => "FUND",
        EntryType.Withdraw => "WITHDRAW",
        EntryType.TransferOut => "TRANSFER_OUT",
        EntryType.TransferIn => "TRANSFER_IN",
        EntryType.TransferRefund => "TRANSFER_REFUND",
        _ => throw new InvalidOperationException($"Unknown entry type {type}."),
    };

    /// <summary>The type with this name; null when there is none.</summary>
    public static EntryType? Parse(string name)
    {
        foreach (var type in Enum.GetValues<EntryType>())
        {
            if (string.Equals(type.Name(), name, StringComparison.Ordinal))
            {
                return type;
            }
        }

        return null;
    }
}
