using WalletGrains.Contracts;

namespace WalletGrains.Api.Http;

/// <summary>Amounts as responses show them.</summary>
internal static class Amounts
{
    /// <summary>The amount in major units without superfluous zeros: 10050 kobo are 100.5, 10000 are 100.</summary>
    public static decimal ToMajor(long minorUnits, Currency currency)
    {
        var scale = currency.Exponent;
        var digits = Math.Abs(minorUnits);
        while (scale > 0 && digits % 10 == 0)
        {
            digits /= 10;
            scale--;
        }

        return new decimal(unchecked((int)digits), unchecked((int)(digits >> 32)), 0, minorUnits < 0, (byte)scale);
    }

    /// <summary>The same of a sum over wallets, which may be more than a long holds.</summary>
    public static decimal ToMajor(decimal minorUnits, Currency currency)
    {
        for (var i = 0; i < currency.Exponent; i++)
        {
            minorUnits /= 10;
        }

        // Division keeps no more digits than it needs.
        return minorUnits;
    }

    /// <inheritdoc cref="ToMajor(long, Currency)" />
    public static decimal ToMajor(this Money money) => ToMajor(money.MinorUnits, money.Currency);
}
