using System.Buffers;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using WalletGrains.Api.VirtualAccounts;
using Xunit;

namespace WalletGrains.Api.Tests.VirtualAccounts;

public sealed class WebhookSecretsTests
{
    private const string Current = "GLOBUS_WEBHOOK_SECRET";
    private const string Previous = "GLOBUS_WEBHOOK_SECRET_PREVIOUS";
    private const string Secret = "0123456789abcdef";

    [Theory]
    [InlineData(Current, "0123456789abcde", Current)]
    [InlineData(Previous, Secret, Previous)]
    public void A_secret_that_is_too_short_or_has_none_after_it_is_refused_by_name_and_not_repeated(string setting, string value, string named)
    {
        var refused = Assert.Throws<OptionsValidationException>(() => Of((setting, value)));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(value, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_secret_nothing_is_believed()
    {
        var none = Of((Current, ""));
        Assert.False(none.Any);
        Assert.False(none.HaveSigned(BankFixture.Sign("body", ""), new ReadOnlySequence<byte>("body"u8.ToArray())));
    }

    [Fact]
    public void A_body_in_several_pieces_is_signed_as_a_whole()
    {
        var secrets = Of((Current, Secret));
        var first = new Piece("bo"u8.ToArray(), 0);
        var body = new ReadOnlySequence<byte>(first, 0, first.Then("dy"u8.ToArray()), 2);
        Assert.Equal("body", Encoding.UTF8.GetString(body));
        Assert.True(secrets.HaveSigned(BankFixture.Sign("body", Secret), body));
        Assert.False(secrets.HaveSigned(BankFixture.Sign("bodx", Secret), body));
    }

    private static WebhookSecrets Of(params (string Name, string Value)[] settings) => new(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build());

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(byte[] bytes, long before) => (Memory, RunningIndex) = (bytes, before);

        public Piece Then(byte[] bytes)
        {
            var next = new Piece(bytes, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
