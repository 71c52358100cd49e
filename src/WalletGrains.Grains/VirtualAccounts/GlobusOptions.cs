using System.Globalization;
using Microsoft.Extensions.Configuration;
using WalletGrains.Contracts;
using WalletGrains.Domain.VirtualAccounts;

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

    /// <summary>Reads the settings.</summary>
    /// <exception cref="ArgumentException">One is wrong, or missing beside another; the message names it.</exception>
    public static GlobusOptions Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = new GlobusOptions
        {
            BaseUrl = Text(configuration, BaseUrlSetting) is { } url ? ReadUrl(url) : null,
            ClientId = Text(configuration, ClientIdSetting),
            SecretKey = Text(configuration, SecretKeySetting),
            BankCode = Text(configuration, BankCodeSetting) ?? DefaultBankCode,
            VerifyFrom = Text(configuration, VerifyFromSetting) is { } amount ? ReadAmount(amount) : null,
            Timeout = TimeSpan.FromSeconds(Text(configuration, TimeoutSetting) is { } seconds ? ReadSeconds(seconds) : 10),
        };
        Require(Nuban.IsBankCode(options.BankCode), BankCodeSetting, $"is '{options.BankCode}'; it must have three digits");
        Require(options.IsMock || options.BaseUrl is not null, BaseUrlSetting, $"is missing, and there is a {ClientIdSetting}");
        Require(options.IsMock || options.SecretKey is not null, SecretKeySetting, $"is missing, and there is a {ClientIdSetting}");
        Require(!options.IsMock || options.VerifyFrom is null, VerifyFromSetting, $"is set, and without {ClientIdSetting} there is no bank to ask");
        return options;
    }

    /// <summary>The options without their secret.</summary>
    public override string ToString() => IsMock ? "GlobusOptions { mock }" : $"GlobusOptions {{ {BaseUrl} }}";

    private static Uri ReadUrl(string text)
    {
        var isUrl = Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";
        Require(isUrl && url!.Query.Length == 0, BaseUrlSetting, $"is '{text}'; it must be an absolute http or https address without a query");

        // Without a slash at its end the last part of its path would be replaced by what is added.
        return url!.AbsolutePath.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/");
    }

    private static Money ReadAmount(string text)
    {
        var error = Money.TryParse(text, Currency, out var amount);
        Require(error is null && amount.MinorUnits > 0, VerifyFromSetting, $"is '{text}'; it must be an amount above zero, such as 1000000");
        return amount;
    }

    private static int ReadSeconds(string text)
    {
        // One attempt at a job may make three calls and takes 60 s at most.
        var isValid = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= 15;
        Require(isValid, TimeoutSetting, $"is '{text}'; it must be from 1 to 15");
        return seconds;
    }

    private static string? Text(IConfiguration configuration, string setting) =>
        string.IsNullOrWhiteSpace(configuration[setting]) ? null : configuration[setting]!.Trim();

    private static void Require(bool holds, string setting, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException($"{setting} {otherwise}.");
        }
    }
}
