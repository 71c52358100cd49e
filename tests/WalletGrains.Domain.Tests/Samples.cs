using System.Text;
using FsCheck;
using FsCheck.Fluent;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;

namespace WalletGrains.Domain.Tests;

/// <summary>Random money, texts, wallets and commands, with the borders more frequent than chance would have them.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);

    public static readonly Gen<Currency> Currencies = Gen.Elements("USD", "NGN", "JPY", "BHD", "CLF").Select(Currency.Parse);

    public static readonly Gen<Guid> Ids = ArbMap.Default.GeneratorFor<Guid>();

    /// <summary>Any long: small, at the limits of the product, at the limits of the type.</summary>
    public static readonly Gen<long> AnyMinorUnits = Gen.OneOf(
        Between(-10, 1_000),
        Between(Limits.MaxAmountMinor - 5, Limits.MaxAmountMinor + 5),
        Between(-Limits.MaxAmountMinor, Limits.MaxAmountMinor),
        Gen.Elements(long.MinValue, long.MinValue + 1, -1L, 0L, 1L, long.MaxValue - 1, long.MaxValue));

    /// <summary>What <see cref="Money.TryParse"/> can read: up to 18 digits.</summary>
    public static readonly Gen<long> ParsedMinorUnits = Gen.OneOf(
        Between(-100, 100),
        Between(-999_999_999_999_999_999, 999_999_999_999_999_999));

    /// <summary>Printable text, short, with characters outside the basic plane, quotes, markup and separators.</summary>
    public static readonly Gen<string> Text = Gen.OneOf(
            Gen.Choose(0x20, 0x7E),
            Gen.Choose(0xA0, 0x2FF),
            Gen.Choose(0x2000, 0x206F),
            Gen.Choose(0x4E00, 0x9FFF),
            Gen.Choose(0xE000, 0xFFFF),
            Gen.Choose(0x1_F300, 0x1_FAFF),
            Gen.Choose(0x10_0000, 0x10_FFFF),
            Gen.Elements((int)'"', '\\', '/', '<', '>', '&', '\'', '+'))
        .Select(codePoint => new Rune(codePoint).ToString())
        .ArrayOf()
        .Select(runes => string.Concat(runes.Take(100)));

    public static readonly Gen<string?> Description = Gen.OneOf(Gen.Constant<string?>(null), Text.Select(text => (string?)text));

    public static readonly Gen<MoneyCommand> Commands =
        from kind in Gen.Choose(0, 5)
        from amount in AnyMinorUnits
        from currency in Currencies
        from words in Description
        from transfer in Ids
        from other in Ids
        select Command(kind, new Money(amount, currency), words, transfer, other);

    public static readonly Gen<WalletState> States =
        from balance in Gen.OneOf(Between(0, 1_000), Between(0, Limits.MaxAmountMinor), Gen.Constant(Limits.MaxAmountMinor))
        from heldShare in Gen.Choose(0, 4)
        from currency in Currencies
        from version in Between(0, 1_000_000)
        from id in Ids
        select new WalletState(id, null, currency, WalletStatus.Open, version, balance, balance / 4 * heldShare, Now, Now);

    public static readonly Gen<Entry> Entries =
        from type in Gen.Elements(Enum.GetValues<EntryType>())
        from amount in AnyMinorUnits
        from currency in Currencies
        from before in AnyMinorUnits
        from after in AnyMinorUnits
        from words in Description
        from request in Text
        from id in Ids
        from hasTransfer in Gen.Elements(true, false)
        from milliseconds in Between(0, 4_000_000_000_000)
        select new Entry(
            id, id, Math.Abs(before / 2), type, new Money(amount, currency), before, after, "external:cash",
            RequestId.FromClient("r" + request), hasTransfer ? id : null, words, DateTimeOffset.UnixEpoch.AddMilliseconds(milliseconds));

    /// <summary>Any long between two, which are less than 2^62 apart.</summary>
    public static Gen<long> Between(long least, long most) =>
        from high in Gen.Choose(0, int.MaxValue)
        from low in Gen.Choose(0, int.MaxValue)
        select least + ((((long)high << 31) | (long)low) % (most - least + 1));

    public static Gen<string> Digits(int min, int max) =>
        from length in Gen.Choose(min, max)
        from digits in Gen.Choose(0, 9).ArrayOf(length)
        select string.Concat(digits);

    public static MoneyCommand Command(int kind, Money amount, string? words = null, Guid transfer = default, Guid other = default) => kind switch
    {
        0 => new Deposit(RequestId.FromClient("r"), amount, words),
        1 => new Withdraw(RequestId.FromClient("r"), amount, words),
        2 => new DebitTransfer(RequestId.FromClient("r"), amount, transfer, other, words),
        3 => new CreditTransfer(amount, transfer, other, words),
        4 => new RefundTransfer(amount, transfer, other, WalletRefusal.AmountTooLarge, Now),
        5 => new ReceiveBankCredit(RequestId.FromClient("r"), amount, words),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
