using WalletGrains.Contracts;
using Xunit;

namespace WalletGrains.Domain.Tests;

public sealed class RequestIdTests
{
    private static readonly Guid Transfer = Guid.Parse("0197a2b3-0000-7000-8000-000000000001");

    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("order 17/β 😀")]
    [InlineData("'; drop table entries; --")]
    [InlineData("t:0197a2b3000070008000000000000001/credit")]
    public void A_client_may_use_any_printable_text(string text)
    {
        Assert.True(RequestId.TryFromClient(text, out var id));
        Assert.Equal(text, id.ClientText);
        Assert.Equal(id, RequestId.FromStored(id.Value));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("a\0")]
    [InlineData("\u007f")]
    [InlineData("\u0085")]
    public void Nothing_else_is_a_request_id(string? text)
    {
        Assert.False(RequestId.TryFromClient(text, out _));
        Assert.Throws<ArgumentException>(() => RequestId.FromClient(text!));
    }

    [Fact]
    public void None_that_was_stored_is_not_a_request_id() => Assert.Throws<FormatException>(() => RequestId.FromStored(null));

    [Fact]
    public void A_request_id_has_at_most_255_characters()
    {
        Assert.True(RequestId.TryFromClient(new string('x', 255), out _));
        Assert.False(RequestId.TryFromClient(new string('x', 256), out _));
    }

    [Fact]
    public void Halves_of_surrogate_pairs_are_refused()
    {
        Assert.False(RequestId.TryFromClient("a\ud83d", out _));
        Assert.False(RequestId.TryFromClient("\ude00a", out _));
    }

    [Fact]
    public void The_ids_of_a_transfers_steps_are_fixed_and_no_client_can_use_them_up()
    {
        Assert.Equal("t:0197a2b3000070008000000000000001/credit", RequestId.ForCredit(Transfer).Value);
        Assert.Equal("t:0197a2b3000070008000000000000001/refund", RequestId.ForRefund(Transfer).Value);
        Assert.Null(RequestId.ForCredit(Transfer).ClientText);
        Assert.NotEqual(RequestId.ForCredit(Transfer), RequestId.FromClient(RequestId.ForCredit(Transfer).Value));
    }

    [Fact]
    public void A_bank_credit_is_named_by_the_banks_reference_and_by_nothing_a_client_can_send()
    {
        Assert.Equal("v:globus/FT-77", RequestId.ForBankCredit("globus", "FT-77").Value);
        Assert.Null(RequestId.ForBankCredit("globus", "FT-77").ClientText);
        Assert.NotEqual(RequestId.ForBankCredit("globus", "FT-77"), RequestId.FromClient("v:globus/FT-77"));
    }

    [Fact]
    public void Ids_differ_when_one_character_does()
    {
        Assert.NotEqual(RequestId.FromClient("a"), RequestId.FromClient("A"));
        Assert.NotEqual(RequestId.FromClient("a"), RequestId.FromClient("a "));
        Assert.NotEqual(RequestId.FromClient("\u00e9"), RequestId.FromClient("e\u0301"));
    }

    [Fact]
    public void An_id_that_was_not_made_from_a_text_cannot_be_used() =>
        Assert.Throws<InvalidOperationException>(() => default(RequestId).Value);
}
