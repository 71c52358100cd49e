using Microsoft.Extensions.Configuration;
using WalletGrains.Contracts;
using WalletGrains.Domain.VirtualAccounts;
using WalletGrains.Grains.Counterparts;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>How the bank is called, and whether there is one. Each setting is a variable of its own, as the bank's documents name it.</summary>
public sealed record GlobusOptions
{
    private const string BaseUrlSetting = "GLOBUS_BASE_URL";
    private const string ClientIdSetting = "GLOBUS_CLIENT_ID";
    private const string SecretKeySetting = "GLOBUS_SECRET_KEY";
    private const string BankCodeSetting = "GLOBUS_BANK_CODE";
    private const string VerifyFromSetting = "GLOBUS_VERIFY_FROM";
    private const string TimeoutSetting = "GLOBUS_TIMEOUT_SECONDS";

    /// <summary>The bank's code at the central bank.</summary>
    public const string DefaultBankCode = "103";

    /// <summary>What is paid to its accounts.</summary>
    public static readonly Currency Currency = Currency.Parse("NGN");

    /// <summary>GLOBUS_BASE_URL: where the bank answers; paths are added to it. Null in mock mode.</summary>
    public Uri? BaseUrl { get; init; }

    /// <summary>GLOBUS_CLIENT_ID: who we are to the bank. Null for mock mode: account numbers are made up and no bank is called.</summary>
    public string? ClientId { get; init; }

    /// <summary>GLOBUS_SECRET_KEY: proves it.</summary>
    public string? SecretKey { get; init; }

    /// <summary>GLOBUS_BANK_CODE: three digits that the check digits of made-up numbers are right for.</summary>
    public string BankCode { get; init; } = DefaultBankCode;

    /// <summary>GLOBUS_VERIFY_FROM: the bank is asked about payments of this much or more before they are credited; null for none.</summary>
    public Money? VerifyFrom { get; init; }

    /// <summary>GLOBUS_TIMEOUT_SECONDS: how long one call may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>No bank is called.</summary>
    public bool IsMock => ClientId is null;

    /// <summary>Whether the bank is asked about a payment of this amount. Of another currency no amount is known to be small.</summary>
    public bool IsVerified(Money amount) => VerifyFrom is { } from && (amount.Currency != from.Currency || amount.MinorUnits >= from.MinorUnits);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="ArgumentException">One is wrong, or missing beside another; the message names it.</exception>
    public static GlobusOptions Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = new GlobusOptions
        {
            BaseUrl = Text(configuration, BaseUrlSetting) is { } url ? CounterpartSettings.Url(BaseUrlSetting, url) : null,
            ClientId = Text(configuration, ClientIdSetting),
            SecretKey = Text(configuration, SecretKeySetting),
            BankCode = Text(configuration, BankCodeSetting) ?? DefaultBankCode,
            VerifyFrom = Text(configuration, VerifyFromSetting) is { } amount ? ReadAmount(amount) : null,

            // One attempt at a job may make three calls and takes 60 s at most.
            Timeout = TimeSpan.FromSeconds(Text(configuration, TimeoutSetting) is { } seconds ? CounterpartSettings.Number(TimeoutSetting, seconds, 1, 15) : 10),
        };
        CounterpartSettings.Require(Nuban.IsBankCode(options.BankCode), BankCodeSetting, $"is '{options.BankCode}'; it must have three digits");
        CounterpartSettings.Require(options.IsMock || options.BaseUrl is not null, BaseUrlSetting, $"is missing, and there is a {ClientIdSetting}");
        CounterpartSettings.Require(options.IsMock || options.SecretKey is not null, SecretKeySetting, $"is missing, and there is a {ClientIdSetting}");
        CounterpartSettings.Require(!options.IsMock || options.VerifyFrom is null, VerifyFromSetting, $"is set, and without {ClientIdSetting} there is no bank to ask");
        return options;
    }

    /// <summary>The options without their secret.</summary>
    public override string ToString() => IsMock ? "GlobusOptions { mock }" : $"GlobusOptions {{ {BaseUrl} }}";

    private static Money ReadAmount(string text)
    {
        var error = Money.TryParse(text, Currency, out var amount);
        CounterpartSettings.Require(error is null && amount.MinorUnits > 0, VerifyFromSetting, $"is '{text}'; it must be an amount above zero, such as 1000000");
        return amount;
    }

    private static string? Text(IConfiguration configuration, string setting) =>
        string.IsNullOrWhiteSpace(configuration[setting]) ? null : configuration[setting]!.Trim();
}
