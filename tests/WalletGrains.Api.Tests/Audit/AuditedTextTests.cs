using System.Text;
using WalletGrains.Api.Audit;
using WalletGrains.Api.Http;
using Xunit;

namespace WalletGrains.Api.Tests.Audit;

/// <summary>What is kept of bodies and URLs.</summary>
public sealed class AuditedTextTests
{
    [Theory]
    [InlineData("""{"email":"a","password":"s3cret"}""", """{"email":"a","password":"***"}""")]
    [InlineData("""{"Password" : "s3cret" , "email":"a"}""", """{"Password" : "***" , "email":"a"}""")]
    [InlineData("""{"p\u0061ssword":"s3cret"}""", """{"p\u0061ssword":"***"}""")]
    [InlineData("""{"new_pass-word":["s3cret",{"a":1}],"b":2}""", """{"new_pass-word":"***","b":2}""")]
    [InlineData("""{"user":{"refreshToken":"s3cret","pin":1234}}""", """{"user":{"refreshToken":"***","pin":"***"}}""")]
    [InlineData("""[{"api-key":null},{"spinner":1}]""", """[{"api-key":"***"},{"spinner":1}]""")]
    [InlineData("""{"password":"s3cret","password":"s3cret"}""", """{"password":"***","password":"***"}""")]
    [InlineData("""{"password":"s3cr""", "(17 bytes, no JSON)")]
    [InlineData("password=s3cret", "(15 bytes, no JSON)")]
    [InlineData("""{"a":1} s3cret""", "(14 bytes, no JSON)")]
    public void Secrets_are_masked_by_their_name_wherever_they_are(string body, string kept) => Assert.Equal(kept, Keep(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void A_body_that_is_no_UTF8_is_not_kept() => Assert.Equal("(3 bytes, no UTF-8)", Keep([0x22, 0xFF, 0x22]));

    [Fact]
    public void A_type_with_a_secret_is_masked_and_one_without_is_kept_as_it_is()
    {
        var login = """{"email":"a@example.com","password":"s3cret"}"""u8;
        var (rented, length) = AuditedBody.Copy(login, ApiJson.Wire.LoginRequest, isParsed: true);
        Assert.Equal("""{"email":"a@example.com","password":"***"}""", Encoding.UTF8.GetString(rented, 0, length));

        var deposit = """{"amount":1,"metadata":{"token":"mine"}}"""u8;
        (rented, length) = AuditedBody.Copy(deposit, ApiJson.Wire.BalanceChangeRequest, isParsed: true);
        Assert.Equal(deposit, rented.AsSpan(0, length));
    }

    [Theory]
    [InlineData("""{"email":"a@example.com","pasword":"s3cret"}""")]
    [InlineData("""{"email":"a@example.com","pass":"s3cret"}""")]
    [InlineData("""["s3cret"]""")]
    public void Nothing_is_kept_of_a_secret_under_a_name_with_a_typing_error(string body)
    {
        var (rented, length) = AuditedBody.Copy(Encoding.UTF8.GetBytes(body), ApiJson.Wire.LoginRequest, isParsed: false);
        Assert.Equal($"({body.Length} bytes, not what was asked for)", Encoding.UTF8.GetString(rented, 0, length));
    }

    [Fact]
    public void A_long_body_is_cut_at_8_KB_and_not_within_a_letter()
    {
        var body = Encoding.UTF8.GetBytes("\"" + string.Concat(Enumerable.Repeat("₦", 4_000)) + "\"");
        var kept = Keep(body);
        Assert.Equal(8_191, Encoding.UTF8.GetByteCount(kept));
        Assert.EndsWith("₦", kept, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/wallet/1/deposit", "/wallet/1/deposit")]
    [InlineData("/hubs/wallet?id=s3cret&x=1", "/hubs/wallet?id=***&x=1")]
    [InlineData("/ops/jobs?id=7", "/ops/jobs?id=7")]
    [InlineData("/hubs/wallet/negotiate?negotiateVersion=1&access_token=s3cret", "/hubs/wallet/negotiate?negotiateVersion=1&access_token=***")]
    [InlineData("/x?%61ccess_token=s3cret&a=b", "/x?%61ccess_token=***&a=b")]
    [InlineData("/x?a=?&Signature=s3cret=", "/x?a=?&Signature=***")]
    public void Secret_parameters_are_masked(string url, string kept) => Assert.Equal(kept, AuditedUrl.Of(url));

    [Fact]
    public void A_long_URL_is_cut() => Assert.Equal(2_048, AuditedUrl.Of("/" + new string('a', 5_000)).Length);

    private static string Keep(ReadOnlySpan<byte> body)
    {
        var (rented, length) = AuditedBody.Copy(body, ApiJson.Wire.BalanceChangeRequest, isParsed: false);
        return Encoding.UTF8.GetString(rented, 0, length);
    }
}
