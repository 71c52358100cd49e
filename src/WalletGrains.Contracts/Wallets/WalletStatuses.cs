using System.Diagnostics;

namespace WalletGrains.Contracts.Wallets;

/// <summary>The names of a wallet's phases, as they are stored and shown.</summary>
public static class WalletStatuses
{
    /// <summary>The phase's name, for example OPEN.</summary>
    public static string NameOf(WalletStatus status) => status switch
    {
        WalletStatus.Open => "OPEN",
        WalletStatus.Frozen => "FROZEN",
        WalletStatus.Closed => "CLOSED",
        _ => throw new UnreachableException($"Wallet status {status} has no name."),
    };

    /// <summary>The phase with this name.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static WalletStatus Parse(string name) => name switch
    {
        "OPEN" => WalletStatus.Open,
        "FROZEN" => WalletStatus.Frozen,
        "CLOSED" => WalletStatus.Closed,
        _ => throw new FormatException($"'{name}' is not a wallet status."),
    };
}

/// <summary>The names of how far a hold has come, as they are stored and shown.</summary>
public static class HoldStatuses
{
    /// <summary>The status' name, for example ACTIVE.</summary>
    public static string NameOf(HoldStatus status) => status switch
    {
        HoldStatus.Active => "ACTIVE",
        HoldStatus.Captured => "CAPTURED",
        HoldStatus.Released => "RELEASED",
        HoldStatus.Expired => "EXPIRED",
        _ => throw new UnreachableException($"Hold status {status} has no name."),
    };

    /// <summary>The status with this name.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static HoldStatus Parse(string name) => name switch
    {
        "ACTIVE" => HoldStatus.Active,
        "CAPTURED" => HoldStatus.Captured,
        "RELEASED" => HoldStatus.Released,
        "EXPIRED" => HoldStatus.Expired,
        _ => throw new FormatException($"'{name}' is not a hold status."),
    };
}
