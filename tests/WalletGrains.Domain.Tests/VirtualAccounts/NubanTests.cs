using FsCheck;
using FsCheck.Fluent;
using WalletGrains.Domain.VirtualAccounts;
using Xunit;

namespace WalletGrains.Domain.Tests.VirtualAccounts;

public sealed class NubanTests
{
    private static readonly Gen<(string Bank, int Serial)> Accounts =
        from bank in Samples.Digits(3, 3)
        from serial in Gen.Choose(0, 999_999_999)
        select (bank, serial);

    [Theory]
    [InlineData("011", 1457, "0000014579")] // the example of the guidelines: First Bank
    [InlineData("011", 0, "0000000000")]
    [InlineData("000", 0, "0000000000")]
    [InlineData("103", 999_999_999, "9999999997")]
    public void The_check_digit_follows_from_bank_and_serial(string bank, int serial, string number)
    {
        Assert.Equal(number, Nuban.NumberOf(bank, serial));
        Assert.True(Nuban.IsValid(bank, number));
    }

    [Fact]
    public void Every_number_is_valid_at_its_bank_and_the_one_with_any_other_check_digit_is_not() => Law.Holds(Accounts, account =>
    {
        var number = Nuban.NumberOf(account.Bank, account.Serial);
        Assert.Equal(account.Serial, int.Parse(number[..9], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(number[^1], Assert.Single("0123456789", digit => Nuban.IsValid(account.Bank, number[..9] + digit)));
    });

    [Fact]
    public void A_digit_that_was_mistyped_is_noticed() => Law.Holds(
        from account in Accounts
        from place in Gen.Choose(0, 9)
        from more in Gen.Choose(1, 9)
        select (account, place, more),
        mistake =>
        {
            // Weights 3 and 7 have no divisor in common with 10, so a single digit always changes the sum's last one.
            var number = Nuban.NumberOf(mistake.account.Bank, mistake.account.Serial).ToCharArray();
            number[mistake.place] = (char)('0' + ((number[mistake.place] - '0' + mistake.more) % 10));
            Assert.False(Nuban.IsValid(mistake.account.Bank, new string(number)));
        });

    [Fact]
    public void A_user_has_the_same_number_every_time_and_another_one_for_every_collision() => Law.Holds(Samples.Ids, user =>
    {
        var numbers = Enumerable.Range(0, 5).Select(taken => Nuban.NumberOf("103", user, taken)).ToList();
        Assert.Equal(numbers, Enumerable.Range(0, 5).Select(taken => Nuban.NumberOf("103", user, taken)));
        Assert.All(numbers, number => Assert.True(Nuban.IsValid("103", number)));
        Assert.Equal(5, numbers.Distinct().Count());
    });

    [Fact]
    public void Numbers_of_users_are_spread_over_all_there_are()
    {
        var firstDigits = Enumerable.Range(0, 10_000)
            .Select(i => Nuban.NumberOf("103", new Guid(i, 0, 0, new byte[8]), 0)[0])
            .CountBy(digit => digit)
            .ToList();
        Assert.Equal(10, firstDigits.Count);
        Assert.All(firstDigits, count => Assert.InRange(count.Value, 800, 1_200));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("000001457")]
    [InlineData("00000145799")]
    [InlineData("000001457x")]
    [InlineData(" 000001457")]
    [InlineData("٠٠٠٠٠١٤٥٧٩")]
    public void Nothing_but_ten_digits_is_an_account_number(string? number)
    {
        Assert.False(Nuban.HasForm(number));
        Assert.False(Nuban.IsValid("011", number));
    }

    [Theory]
    [InlineData("")]
    [InlineData("11")]
    [InlineData("0111")]
    [InlineData("01a")]
    public void A_bank_has_three_digits(string bank)
    {
        Assert.False(Nuban.IsBankCode(bank));
        Assert.Throws<ArgumentException>(() => Nuban.NumberOf(bank, 1));
        Assert.Throws<ArgumentException>(() => Nuban.IsValid(bank, "0000014579"));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1_000_000_000)]
    public void A_serial_number_has_nine_digits(int serial) => Assert.Throws<ArgumentOutOfRangeException>(() => Nuban.NumberOf("011", serial));
}
