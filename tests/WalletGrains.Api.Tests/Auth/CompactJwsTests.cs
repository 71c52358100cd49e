using System.Text;
using WalletGrains.Api.Auth;
using Xunit;

namespace WalletGrains.Api.Tests.Auth;

public sealed class CompactJwsTests
{
    /// <summary>RFC 7515, appendix A.1.</summary>
    private const string Key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

    private const string SigningInput =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

    private const string Signature = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    [Fact]
    public void The_example_of_rfc_7515_is_signed_as_the_rfc_says()
    {
        Span<byte> signature = stackalloc byte[CompactJws.SignatureLength];
        CompactJws.Sign(KeyBytes(), Encoding.ASCII.GetBytes(SigningInput), signature);
        Assert.Equal(Signature, Encoding.ASCII.GetString(signature));
    }

    [Fact]
    public void The_example_of_rfc_7515_is_verified()
    {
        Assert.True(CompactJws.TryVerify(KeyBytes(), Encoding.ASCII.GetBytes($"{SigningInput}.{Signature}"), out var signed));
        Assert.Equal(SigningInput, Encoding.ASCII.GetString(signed));
    }

    [Fact]
    public void The_example_of_rfc_7515_is_refused_with_any_character_of_its_signature_changed()
    {
        for (var i = 0; i < Signature.Length; i++)
        {
            var altered = Signature.ToCharArray();
            altered[i] = altered[i] == 'A' ? 'B' : 'A';
            Assert.False(CompactJws.TryVerify(KeyBytes(), Encoding.ASCII.GetBytes($"{SigningInput}.{new string(altered)}"), out _));
        }
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("AA", true)]
    [InlineData("AB", false)] // stray bits
    [InlineData("AAA", true)]
    [InlineData("AAB", false)] // stray bits
    [InlineData("AAAA", true)]
    [InlineData("A", false)]
    [InlineData("AAAAA", false)]
    [InlineData("AA==", false)]
    [InlineData("AA AA", false)]
    [InlineData("AA\nAA", false)]
    [InlineData("AA+A", false)]
    [InlineData("AA/A", false)]
    [InlineData("_-_-", true)]
    public void Base64url_has_one_spelling(string text, bool valid)
    {
        Span<byte> decoded = stackalloc byte[16];
        Assert.Equal(valid, CompactJws.TryDecode(Encoding.ASCII.GetBytes(text), decoded, out _));
    }

    private static byte[] KeyBytes()
    {
        Span<byte> key = stackalloc byte[64];
        Assert.True(CompactJws.TryDecode(Encoding.ASCII.GetBytes(Key), key, out var written));
        return key[..written].ToArray();
    }
}
