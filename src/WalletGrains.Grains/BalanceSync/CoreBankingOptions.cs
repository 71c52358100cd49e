using Microsoft.Extensions.Configuration;
using WalletGrains.Grains.Counterparts;

namespace WalletGrains.Grains.BalanceSync;

/// <summary>Where the core banking system (T24) is, and how often all users are gone through.</summary>
public sealed record CoreBankingOptions
{
    private const string BaseUrlSetting = "T24_BASE_URL";
    private const string ApiKeySetting = "T24_API_KEY";
    private const string PathSetting = "T24_PATH_TEMPLATE";
    private const string TimeoutSetting = "T24_TIMEOUT_MS";
    private const string IntervalSetting = "BALANCE_SYNC_INTERVAL";
    private const string Placeholder = "{accountNumber}";

    /// <summary>Its address; paths are added to it. Null when there is none: then no balance is brought up to date.</summary>
    public Uri? BaseUrl { get; init; }

    /// <summary>The key it knows us by, sent as x-api-key.</summary>
    public string ApiKey { get; init; } = "";

    /// <summary>The path of an account's balances.</summary>
    public string PathTemplate { get; init; } = $"/holdings/accounts/{Placeholder}/balances";

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long after the beginning of one sweep the next one begins, at the earliest.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="ArgumentException">A setting is wrong; the message names it.</exception>
    public static CoreBankingOptions Read(IConfiguration? configuration)
    {
        var defaults = new CoreBankingOptions();
        var options = new CoreBankingOptions
        {
            BaseUrl = configuration?[BaseUrlSetting] is { Length: > 0 } url ? CounterpartSettings.Url(BaseUrlSetting, url) : null,
            ApiKey = CounterpartSettings.Key(ApiKeySetting, configuration?[ApiKeySetting] ?? ""),
            PathTemplate = configuration?[PathSetting] is { Length: > 0 } path ? path : defaults.PathTemplate,
            Timeout = Milliseconds(configuration, TimeoutSetting, defaults.Timeout, 100, 25_000),
            Interval = Milliseconds(configuration, IntervalSetting, defaults.Interval, 1_000, 86_400_000),
        };
        CounterpartSettings.Require(options.BaseUrl is null || options.ApiKey.Length > 0, ApiKeySetting, $"is missing; {BaseUrlSetting} is set");
        CounterpartSettings.Require(
            options.PathTemplate.StartsWith('/') && options.PathTemplate.Contains(Placeholder, StringComparison.Ordinal),
            PathSetting,
            $"is '{options.PathTemplate}'; it must begin with / and contain {Placeholder}");
        return options;
    }

    /// <summary>The address of an account's balances.</summary>
    internal Uri AddressOf(string accountNumber) => new(
        BaseUrl!.AbsoluteUri.TrimEnd('/') + PathTemplate.Replace(Placeholder, Uri.EscapeDataString(accountNumber), StringComparison.Ordinal));

    private static TimeSpan Milliseconds(IConfiguration? configuration, string name, TimeSpan otherwise, int least, int most) =>
        configuration?[name] is { Length: > 0 } text ? TimeSpan.FromMilliseconds(CounterpartSettings.Number(name, text, least, most)) : otherwise;
}
