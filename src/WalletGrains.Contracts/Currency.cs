using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace WalletGrains.Contracts;

/// <summary>
/// A currency of ISO 4217 with its exponent: how many decimals its minor unit has. Only listed codes can be made.
/// </summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Currency")]
public readonly record struct Currency
{
    [Id(0)]
    private readonly string? _code;

    private Currency(string code) => _code = code;

    /// <summary>The three capital letters.</summary>
    public string Code => _code ?? throw new InvalidOperationException("This currency was not made from a code.");

    /// <summary>Decimals of an amount: 2 for USD, 0 for JPY, 3 for BHD.</summary>
    public int Exponent => Iso4217.Exponents[Code];

    /// <summary>The currency with this code.</summary>
    /// <exception cref="ArgumentException">ISO 4217 has no such code; codes are written in capitals.</exception>
    public static Currency Parse(string code) =>
        TryParse(code, out var currency) ? currency : throw new ArgumentException($"'{code}' is not a currency of ISO 4217.", nameof(code));

    /// <summary>The currency with this code, in capitals; false when ISO 4217 has none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? code, out Currency currency)
    {
        if (code is not null && Iso4217.Exponents.ContainsKey(code))
        {
            currency = new Currency(code);
            return true;
        }

        currency = default;
        return false;
    }

    /// <inheritdoc />
    public override string ToString() => _code ?? "";

    /// <summary>The active currencies of ISO 4217 with a minor unit (list one), by number of decimals.</summary>
    private static class Iso4217
    {
        private const string None = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";

        private const string Two =
            "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC " +
            "CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW " +
            "KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP " +
            "PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN " +
            "UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";

        private const string Three = "BHD IQD JOD KWD LYD OMR TND";

        private const string Four = "CLF UYW";

        public static readonly FrozenDictionary<string, int> Exponents =
            List(None, 0).Concat(List(Two, 2)).Concat(List(Three, 3)).Concat(List(Four, 4)).ToFrozenDictionary(StringComparer.Ordinal);

        private static IEnumerable<KeyValuePair<string, int>> List(string codes, int exponent) =>
            codes.Split(' ').Select(code => KeyValuePair.Create(code, exponent));
    }
}
