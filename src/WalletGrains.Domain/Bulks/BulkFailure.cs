using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;

namespace WalletGrains.Domain.Bulks;

/// <summary>Why a bulk moved nothing, as it is stored: the name of a wallet's refusal, or that it was given up.</summary>
public static class BulkFailure
{
    /// <summary>Its coordinator was lost before anything was decided.</summary>
    public const string Abandoned = "ABANDONED";

    /// <summary>The wallet's refusal with this name; null when the bulk was given up.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static WalletRefusal? Parse(string code) => code == Abandoned ? null : RefusalContent.Parse(code);
}
