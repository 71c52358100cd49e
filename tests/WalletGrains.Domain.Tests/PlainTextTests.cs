using WalletGrains.Contracts;
using Xunit;

namespace WalletGrains.Domain.Tests;

public sealed class PlainTextTests
{
    // Halves of pairs are written as numbers: attributes are stored in UTF-8, which has none.
    private const char High = (char)0xD83D;
    private const char Low = (char)0xDE00;

    [Theory]
    [InlineData("")]
    [InlineData("Rent, May")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("schöne Grüße, 你好, \u202eabc")]
    [InlineData("😀")]
    [InlineData("\u2028")]
    public void Printable_text_is_valid(string text) => Assert.True(PlainText.IsValid(text));

    [Theory]
    [InlineData("\0")]
    [InlineData("a\tb")]
    [InlineData("a\r\n")]
    [InlineData("\u001b[31m")]
    [InlineData("\u009f")]
    public void Control_characters_are_not(string text) => Assert.False(PlainText.IsValid(text));

    [Fact]
    public void Only_whole_surrogate_pairs_are_valid()
    {
        Assert.True(PlainText.IsValid([High, Low]));
        Assert.True(PlainText.IsValid(['a', High, Low, High, Low]));
        Assert.False(PlainText.IsValid([High]));
        Assert.False(PlainText.IsValid([Low]));
        Assert.False(PlainText.IsValid([Low, High]));
        Assert.False(PlainText.IsValid([High, High, Low]));
        Assert.False(PlainText.IsValid([High, 'a']));
        Assert.False(PlainText.IsValid([High, Low, Low]));
    }

    [Fact]
    public void Every_generated_text_is_valid() => Law.Holds(Samples.Text, text => PlainText.IsValid(text));
}
