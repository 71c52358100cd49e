using System.Globalization;

namespace WalletGrains.Contracts;

/// <summary>
/// An amount of money: a whole number of minor units (cents, kobo, tambala) of one currency.
/// </summary>
/// <param name="MinorUnits">The amount in minor units.</param>
/// <param name="Currency">Its currency, which says how many minor units make a major one.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Money")]
public readonly record struct Money([property: Id(0)] long MinorUnits, [property: Id(1)] Currency Currency)
{
    /// <summary>The amount in major units, exactly.</summary>
    public decimal ToDecimal()
    {
        // The smallest long has no positive counterpart in a long.
        var magnitude = unchecked(MinorUnits < 0 ? 0UL - (ulong)MinorUnits : (ulong)MinorUnits);
        return new(
            lo: unchecked((int)magnitude),
            mid: unchecked((int)(magnitude >> 32)),
            hi: 0,
            isNegative: MinorUnits < 0,
            scale: (byte)Currency.Exponent);
    }

    /// <summary>The amount with all its decimals and the code, for example "100.50 NGN".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ToDecimal()} {Currency}");

    /// <summary>
    /// Reads a decimal number in major units exactly, never through binary floating point. The number is written as JSON
    /// writes it, without an exponent.
    /// </summary>
    public static AmountError? TryParse(ReadOnlySpan<char> text, Currency currency, out Money money)
    {
        money = default;
        var negative = text is ['-', ..];
        var digits = negative ? text[1..] : text;
        var point = digits.IndexOf('.');
        var whole = point < 0 ? digits : digits[..point];
        var fraction = point < 0 ? [] : digits[(point + 1)..];

        if (whole.IsEmpty || (point >= 0 && fraction.IsEmpty) || ContainsOtherThanDigits(whole) || ContainsOtherThanDigits(fraction))
        {
            return AmountError.NotADecimalNumber;
        }

        fraction = fraction.TrimEnd('0');
        if (fraction.Length > currency.Exponent)
        {
            return AmountError.TooManyDecimals;
        }

        whole = whole.TrimStart('0');
        if (whole.Length + currency.Exponent > Limits.MaxAmountDigits)
        {
            return AmountError.TooLarge;
        }

        var minor = 0L;
        foreach (var digit in whole)
        {
            minor = (minor * 10) + (digit - '0');
        }

        for (var i = 0; i < currency.Exponent; i++)
        {
            minor = (minor * 10) + (i < fraction.Length ? fraction[i] - '0' : 0);
        }

        money = new Money(negative ? -minor : minor, currency);
        return null;
    }

    private static bool ContainsOtherThanDigits(ReadOnlySpan<char> text) => text.ContainsAnyExceptInRange('0', '9');
}

/// <summary>Why a text is not an amount.</summary>
public enum AmountError
{
    /// <summary>It is not a decimal number without an exponent.</summary>
    NotADecimalNumber,

    /// <summary>It has more decimals than the currency.</summary>
    TooManyDecimals,

    /// <summary>It has more digits than any amount may have.</summary>
    TooLarge,
}
