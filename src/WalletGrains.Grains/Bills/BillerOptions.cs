using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Bills;
using WalletGrains.Grains.Counterparts;

namespace WalletGrains.Grains.Bills;

/// <summary>A biller as it is configured: the section Billers:{code}.</summary>
public sealed record BillerOptions
{
    /// <summary>The section of the configuration; each part of it is a biller.</summary>
    public const string Section = "Billers";

    private static readonly string[] Settings =
    [
        nameof(BaseUrl), nameof(ApiKey), nameof(Biller.Name), nameof(Biller.Currency), nameof(Biller.ReferenceLabel), nameof(Biller.ReferencePattern),
        nameof(Biller.ReferenceExample), nameof(Biller.MinAmount), nameof(Biller.MaxAmount), nameof(Biller.NameEnquiry), TimeoutSetting,
        nameof(BreakerCalls), BreakerPauseSetting,
    ];

    private const string TimeoutSetting = "TimeoutSeconds";
    private const string BreakerPauseSetting = "BreakerSeconds";
    private const string DefaultCurrency = "NGN";

    /// <summary>What it takes.</summary>
    public required Biller Profile { get; init; }

    /// <summary>BaseUrl: where it answers; paths are added to it.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>ApiKey: what it knows us by, sent as x-api-key.</summary>
    public required string ApiKey { get; init; }

    /// <summary>TimeoutSeconds: how long one call may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(BillerLimits.TimeoutSeconds);

    /// <summary>BreakerCalls: of at least so many calls half must fail within a minute before it is left alone.</summary>
    public int BreakerCalls { get; init; } = BillerLimits.BreakerCalls;

    /// <summary>BreakerSeconds: for how long it is left alone then.</summary>
    public TimeSpan BreakerPause { get; init; } = BillerLimits.BreakerPause;

    /// <summary>Reads what billers there are.</summary>
    /// <exception cref="ArgumentException">A setting is wrong or missing; the message names it.</exception>
    public static IReadOnlyList<BillerOptions> ReadAll(IConfiguration? configuration)
    {
        var billers = configuration?.GetSection(Section).GetChildren().Select(Read).OrderBy(biller => biller.Profile.Code, StringComparer.Ordinal).ToList() ?? [];
        CounterpartSettings.Require(billers.Count <= BillerLimits.MaxBillers, Section, $"has {billers.Count} billers; there may be {BillerLimits.MaxBillers}");
        return billers;
    }

    /// <summary>The options without their secret.</summary>
    public override string ToString() => $"BillerOptions {{ {Profile.Code}, {BaseUrl} }}";

    /// <summary>
    /// What a reference has to match as a whole. Clients send what is matched, so the pattern has to be one that can be matched in linear time.
    /// </summary>
    internal static Regex ToRegex(string pattern) => new($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static BillerOptions Read(IConfigurationSection section)
    {
        var code = section.Key;
        var isCode = code.Length is >= 1 and <= 32 && code.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
        CounterpartSettings.Require(isCode, section.Path, "has a code that is not of 1 to 32 characters a-z, 0-9 and -");
        foreach (var setting in section.GetChildren())
        {
            CounterpartSettings.Require(Settings.Contains(setting.Key, StringComparer.OrdinalIgnoreCase), setting.Path, $"is no setting; there are {string.Join(", ", Settings)}");
        }

        var currency = ReadCurrency(section);
        var biller = new Biller(
            code,
            Words(section, nameof(Biller.Name)),
            currency,
            Words(section, nameof(Biller.ReferenceLabel)),
            ReadPattern(section),
            Words(section, nameof(Biller.ReferenceExample)),
            ReadAmount(section, nameof(Biller.MinAmount), currency),
            ReadAmount(section, nameof(Biller.MaxAmount), currency),
            ReadFlag(section, nameof(Biller.NameEnquiry)));
        CounterpartSettings.Require(
            biller.MinAmount.MinorUnits <= biller.MaxAmount.MinorUnits,
            Path(section, nameof(Biller.MinAmount)),
            $"is {biller.MinAmount}, above {nameof(Biller.MaxAmount)}, which is {biller.MaxAmount}");
        CounterpartSettings.Require(
            ToRegex(biller.ReferencePattern).IsMatch(biller.ReferenceExample),
            Path(section, nameof(Biller.ReferenceExample)),
            $"is '{biller.ReferenceExample}', which does not match {nameof(Biller.ReferencePattern)}");
        return new BillerOptions
        {
            Profile = biller,
            BaseUrl = CounterpartSettings.Url(Path(section, nameof(BaseUrl)), Required(section, nameof(BaseUrl))),
            ApiKey = CounterpartSettings.Key(Path(section, nameof(ApiKey)), Required(section, nameof(ApiKey))),
            Timeout = TimeSpan.FromSeconds(ReadNumber(section, TimeoutSetting, BillerLimits.TimeoutSeconds, 1, BillerLimits.MaxTimeoutSeconds)),
            BreakerCalls = ReadNumber(section, nameof(BreakerCalls), BillerLimits.BreakerCalls, 2, BillerLimits.MaxBreakerCalls),
            BreakerPause = TimeSpan.FromSeconds(ReadNumber(section, BreakerPauseSetting, (int)BillerLimits.BreakerPause.TotalSeconds, 1, BillerLimits.MaxBreakerSeconds)),
        };
    }

    private static int ReadNumber(IConfigurationSection section, string name, int otherwise, int least, int most) =>
        Optional(section, name) is { } text ? CounterpartSettings.Number(Path(section, name), text, least, most) : otherwise;

    private static Currency ReadCurrency(IConfigurationSection section)
    {
        var text = Optional(section, nameof(Biller.Currency)) ?? DefaultCurrency;
        CounterpartSettings.Require(Currency.TryParse(text, out var currency), Path(section, nameof(Biller.Currency)), $"is '{text}', which is no currency of ISO 4217");
        return currency;
    }

    private static string ReadPattern(IConfigurationSection section)
    {
        var pattern = Required(section, nameof(Biller.ReferencePattern));
        var setting = Path(section, nameof(Biller.ReferencePattern));
        CounterpartSettings.Require(pattern.Length <= BillerLimits.MaxPatternLength, setting, $"has {pattern.Length} characters; there may be {BillerLimits.MaxPatternLength}");
        try
        {
            // By itself, too: an unmatched parenthesis may be matched by what is put around it.
            _ = new Regex(pattern, RegexOptions.NonBacktracking);
            ToRegex(pattern);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"{setting} is no regular expression: {e.Message}", e);
        }
        catch (NotSupportedException e)
        {
            throw new ArgumentException($"{setting} is a regular expression that cannot be matched in linear time: {e.Message}", e);
        }

        return pattern;
    }

    private static Money ReadAmount(IConfigurationSection section, string name, Currency currency)
    {
        var text = Required(section, name);
        var isAmount = Money.TryParse(text, currency, out var amount) is null && amount.MinorUnits is > 0 and <= Limits.MaxAmountMinor;
        CounterpartSettings.Require(isAmount, Path(section, name), $"is '{text}'; it must be an amount of {currency} above zero, such as 100");
        return amount;
    }

    private static bool ReadFlag(IConfigurationSection section, string name)
    {
        var text = Optional(section, name) ?? bool.FalseString;
        CounterpartSettings.Require(bool.TryParse(text, out var flag), Path(section, name), $"is '{text}'; it must be true or false");
        return flag;
    }

    private static string Words(IConfigurationSection section, string name)
    {
        var text = Required(section, name);
        CounterpartSettings.Require(
            text.Length <= BillerLimits.MaxReferenceLength && PlainText.IsValid(text), Path(section, name), $"must be a line of up to {BillerLimits.MaxReferenceLength} characters");
        return text;
    }

    private static string Required(IConfigurationSection section, string name)
    {
        var text = Optional(section, name);
        CounterpartSettings.Require(text is not null, Path(section, name), "is missing");
        return text!;
    }

    private static string? Optional(IConfigurationSection section, string name) => string.IsNullOrWhiteSpace(section[name]) ? null : section[name]!.Trim();

    private static string Path(IConfigurationSection section, string name) => $"{section.Path}:{name}";
}
