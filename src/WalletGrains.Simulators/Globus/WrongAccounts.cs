using WalletGrains.Simulators.Faults;

namespace WalletGrains.Simulators.Globus;

/// <summary>Answers of the bank that are not about what was asked for, or about no account that can be.</summary>
internal static class WrongAccounts
{
    public const string Reference = "reference";
    public const string AccountNumber = "accountNumber";
    public const string BankCode = "bankCode";
    public const string Currency = "currency";

    /// <summary>What can be wrong of them.</summary>
    public static readonly string[] Members = [Reference, AccountNumber, BankCode, Currency];

    /// <summary>The account as it is told.</summary>
    public static VirtualAccount Told(VirtualAccount account, Strikes strikes) => strikes.Of(FaultKind.WrongAccount)?.Member switch
    {
        null => account,
        Reference => account with { ClientReference = Other(account.ClientReference) },
        AccountNumber => account with { AccountNumber = Other(account.AccountNumber) },
        BankCode => account with { BankCode = account.BankCode[..^1] + "x" },
        _ => account with { Currency = "USD" },
    };

    /// <summary>The credit as it is told. It names no bank.</summary>
    public static BankCredit Told(BankCredit credit, Strikes strikes) => strikes.Of(FaultKind.WrongAccount)?.Member switch
    {
        null or BankCode => credit,
        Reference => credit with { Reference = Other(credit.Reference) },
        AccountNumber => credit with { AccountNumber = Other(credit.AccountNumber) },
        _ => credit with { Currency = "USD" },
    };

    /// <summary>The same but for its last character. An account number's is its check digit.</summary>
    private static string Other(string text) => text[..^1] + (text[^1] == '0' ? '1' : '0');
}
