using WalletGrains.Contracts.Users;
using WalletGrains.Domain.Users;
using Xunit;

namespace WalletGrains.Domain.Tests.Users;

public sealed class PasswordRulesTests
{
    private static readonly HashSet<string> Common = ["password", "qwertyuiop", "liverpool", "1q2w3e4r5t"];

    [Theory]
    [InlineData("correct horse", null)]
    [InlineData("zebra tram 9", null)]
    [InlineData("9384756102", null)] // no rules of composition
    [InlineData("ппппривет мир", null)]
    [InlineData("mypassword is long", null)]
    [InlineData("adaadaada@", null)]
    [InlineData("nine char", PasswordRefusal.TooShort)]
    [InlineData("", PasswordRefusal.TooShort)]
    [InlineData("ada.obi@example.com", PasswordRefusal.LikeEmail)]
    [InlineData("ADA.OBI@Example.com", PasswordRefusal.LikeEmail)]
    [InlineData("ada.obi1234", PasswordRefusal.LikeEmail)]
    [InlineData("qwertyuiop", PasswordRefusal.TooCommon)]
    [InlineData("QwertyUiop", PasswordRefusal.TooCommon)]
    [InlineData("Password2024!", PasswordRefusal.TooCommon)]
    [InlineData("2024-Liverpool", PasswordRefusal.TooCommon)]
    [InlineData("1q2w3e4r5t", PasswordRefusal.TooCommon)]
    [InlineData("aaaaaaaaaaaa", PasswordRefusal.TooCommon)]
    [InlineData("1212121212", PasswordRefusal.TooCommon)]
    [InlineData("abcabcabcab", PasswordRefusal.TooCommon)]
    [InlineData("0123456789", PasswordRefusal.TooCommon)]
    [InlineData("1234567890", PasswordRefusal.TooCommon)]
    [InlineData("3210987654", PasswordRefusal.TooCommon)]
    [InlineData("abcdefghij", PasswordRefusal.TooCommon)]
    [InlineData("zyxwvutsrqp", PasswordRefusal.TooCommon)]
    [InlineData("Passw0rd123", PasswordRefusal.TooCommon)]
    [InlineData("p@$$w0rd2026", PasswordRefusal.TooCommon)]
    [InlineData("abcdefghik", null)]
    public void A_password_is_long_and_not_what_is_guessed_first(string password, PasswordRefusal? refusal) =>
        Assert.Equal(refusal, PasswordRules.Check(password, "ada.obi@example.com", Common));

    [Fact]
    public void The_first_part_of_an_address_is_looked_for_only_when_it_is_no_common_syllable() =>
        Assert.Null(PasswordRules.Check("bob1234567", "bob@example.com", Common));
}
