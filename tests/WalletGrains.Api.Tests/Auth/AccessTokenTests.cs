using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Auth;
using WalletGrains.Contracts.Users;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Auth;

public sealed class AccessTokenTests
{
    private const string Header = """{"alg":"HS256","typ":"at+jwt"}""";
    private static readonly byte[] Key = [.. Enumerable.Range(1, 48).Select(i => (byte)i)];
    private static readonly byte[] OtherKey = [.. Enumerable.Range(2, 48).Select(i => (byte)i)];
    private static readonly IOptions<JwtOptions> Options = Microsoft.Extensions.Options.Options.Create(new JwtOptions { Key = Convert.ToBase64String(Key) });

    private readonly ManualTimeProvider _time = new();

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    [Theory]
    [InlineData(UserRole.Customer)]
    [InlineData(UserRole.Service)]
    [InlineData(UserRole.Operator)]
    public void An_issued_token_says_who_its_bearer_is(UserRole role)
    {
        var user = new User(Guid.CreateVersion7(), "ada@example.com", "Adä \"Obi\" 𝒜", null, role, null, _time.GetUtcNow());
        var sessionId = Guid.CreateVersion7();
        Assert.True(Verifies(new AccessTokenIssuer(Options, _time).Issue(user, sessionId), out var token));
        Assert.Equal(new AccessToken(user.UserId, role, sessionId, DateTimeOffset.FromUnixTimeSeconds(Now + JwtOptions.MaxLifetimeSeconds)), token);
    }

    [Theory]
    [InlineData("é")]
    [InlineData("\"")]
    [InlineData("😀")]
    public void An_issued_token_of_the_longest_address_and_name_is_not_too_long(string character)
    {
        var name = string.Concat(Enumerable.Repeat(character, 200 / character.Length));
        var user = new User(Guid.CreateVersion7(), new string('+', 254), name, null, UserRole.Customer, null, _time.GetUtcNow());
        Assert.True(Verifies(new AccessTokenIssuer(Options, _time).Issue(user, Guid.CreateVersion7()), out _));
    }

    [Fact]
    public void A_token_counts_until_the_second_it_expires_in()
    {
        var token = new AccessTokenIssuer(Options, _time).Issue(AnyUser(), Guid.CreateVersion7());
        _time.Advance(TimeSpan.FromSeconds(899));
        Assert.True(Verifies(token, out _));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(Verifies(token, out _));
    }

    [Fact]
    public void A_token_counts_on_a_node_whose_clock_is_thirty_seconds_behind_but_not_further()
    {
        var token = new AccessTokenIssuer(Options, _time).Issue(AnyUser(), Guid.CreateVersion7());
        Assert.True(new AccessTokenVerifier(Options, new ManualTimeProvider(_time.GetUtcNow().AddSeconds(-30))).TryVerify(token, out _));
        Assert.False(new AccessTokenVerifier(Options, new ManualTimeProvider(_time.GetUtcNow().AddSeconds(-31))).TryVerify(token, out _));
    }

    [Fact]
    public void The_claims_the_table_of_bad_tokens_starts_from_make_a_valid_token() => Assert.True(Verifies(Token(Header, Claims()), out _));

    [Theory]
    [InlineData("""{"alg":"none","typ":"at+jwt"}""")]
    [InlineData("""{"alg":"nOnE","typ":"at+jwt"}""")]
    [InlineData("""{"alg":"","typ":"at+jwt"}""")]
    [InlineData("""{"typ":"at+jwt"}""")]
    [InlineData("""{"alg":"HS512","typ":"at+jwt"}""")]
    [InlineData("""{"alg":"RS256","typ":"at+jwt"}""")]
    [InlineData("""{"alg":"HS256","alg":"HS256","typ":"at+jwt"}""")]
    [InlineData("""{"alg":"HS256","typ":"rt+jwt"}""")] // a refresh token
    [InlineData("""{"alg":"HS256","typ":"JWT"}""")]
    [InlineData("""{"alg":"HS256"}""")]
    [InlineData("""{"alg":"HS256","typ":"at+jwt","crit":["exp"]}""")]
    [InlineData("""{"alg":"HS256","typ":"at+jwt","jwk":{"kty":"oct","k":"AQID"}}""")]
    [InlineData("")]
    [InlineData("{")]
    public void A_token_with_another_header_is_refused_even_with_our_signature(string header) => Assert.False(Verifies(Token(header, Claims()), out _));

    [Theory]
    [InlineData("alg none without signature")]
    [InlineData("signature stripped")]
    [InlineData("signature and its dot stripped")]
    [InlineData("signature altered")]
    [InlineData("payload altered")]
    [InlineData("signature in another spelling")]
    [InlineData("signature padded")]
    [InlineData("other key")]
    [InlineData("empty key")]
    [InlineData("two parts")]
    [InlineData("five parts")]
    [InlineData("no text")]
    [InlineData("dots only")]
    [InlineData("payload not base64url")]
    [InlineData("payload padded")]
    [InlineData("payload with stray bits")]
    [InlineData("payload with white space")]
    [InlineData("payload empty")]
    [InlineData("payload not UTF-8")]
    [InlineData("white space before")]
    [InlineData("white space after")]
    [InlineData("non-ASCII")]
    [InlineData("20 KB")]
    [InlineData("20 KB signed")]
    public void A_token_of_another_form_is_refused(string form)
    {
        var valid = Token(Header, Claims());
        var (header, payload, signature) = (valid.Split('.')[0], valid.Split('.')[1], valid.Split('.')[2]);
        var token = form switch
        {
            "alg none without signature" => $"{Encode("""{"alg":"none"}""")}.{payload}.",
            "signature stripped" => $"{header}.{payload}.",
            "signature and its dot stripped" => $"{header}.{payload}",
            "signature altered" => $"{header}.{payload}.{(signature[0] == 'A' ? 'B' : 'A')}{signature[1..]}",
            "payload altered" => $"{header}.{Encode(Claims(("role", "\"operator\"")))}.{signature}",
            "signature in another spelling" => valid[..^1] + NextInAlphabet(valid[^1]),
            "signature padded" => valid + "=",
            "other key" => Token(Header, Claims(), OtherKey),
            "empty key" => Token(Header, Claims(), []),
            "two parts" => $"{header}.{signature}",
            "five parts" => $"{header}.{payload}.{payload}.{payload}.{signature}",
            "no text" => "",
            "dots only" => "..",
            "payload not base64url" => Signed($"{header}.{payload[..^1]}!"),
            "payload padded" => Signed($"{header}.{payload}="),
            "payload with stray bits" => Signed($"{header}.{Encode(Claims() + "  ")[..^1]}B"),
            "payload with white space" => Signed($"{header}.{payload[..8]} {payload[8..]}"),
            "payload empty" => Signed($"{header}."),
            "payload not UTF-8" => Signed($"{header}.{Base64Url.EncodeToString([.. Encoding.UTF8.GetBytes(Claims(("name", "\""))[..^1]), 0xFF, (byte)'"', (byte)'}'])}"),
            "white space before" => " " + valid,
            "white space after" => valid + " ",
            "non-ASCII" => valid[..^1] + "é",
            "20 KB" => new string('A', 20 * 1024),
            "20 KB signed" => Token(Header, Claims(("name", $"\"{new string('x', 20 * 1024)}\""))),
            _ => throw new ArgumentOutOfRangeException(nameof(form)),
        };
        Assert.NotEqual(valid, token);
        Assert.False(Verifies(token, out _));
    }

    [Theory]
    [InlineData("iss", "\"somebody-else\"")]
    [InlineData("iss", "[\"walletgrains\"]")]
    [InlineData("aud", "\"another-api\"")]
    [InlineData("aud", "[\"walletgrains-api\"]")]
    [InlineData("sub", "\"\"")]
    [InlineData("sub", "\"00000000-0000-0000-0000-000000000000\"")]
    [InlineData("sub", "\"ada\"")]
    [InlineData("sub", "7")]
    [InlineData("sub", "null")]
    [InlineData("sid", "\"\"")]
    [InlineData("sid", "\"00000000-0000-0000-0000-000000000000\"")]
    [InlineData("sid", "7")]
    [InlineData("role", "\"admin\"")]
    [InlineData("role", "\"Operator\"")]
    [InlineData("role", "[\"customer\",\"operator\"]")]
    [InlineData("role", "\"\\ud800\"")]
    [InlineData("exp", "\"9999999999\"")]
    [InlineData("exp", "1e10")]
    [InlineData("exp", "99999999999999999999")]
    [InlineData("exp", "-1")]
    [InlineData("exp", "null")]
    [InlineData("nbf", "\"0\"")]
    [InlineData("iat", "\"0\"")]
    [InlineData("iat", "0.5")]
    [InlineData("admin", "true")]
    [InlineData("name", "{\"first\":\"Ada\"}")]
    public void A_token_with_a_wrong_claim_is_refused(string claim, string json) => Assert.False(Verifies(Token(Header, Claims((claim, json))), out _));

    [Theory]
    [InlineData("iss")]
    [InlineData("aud")]
    [InlineData("sub")]
    [InlineData("sid")]
    [InlineData("role")]
    [InlineData("jti")]
    [InlineData("iat")]
    [InlineData("nbf")]
    [InlineData("exp")]
    public void A_token_without_a_claim_or_with_it_twice_is_refused(string claim)
    {
        Assert.False(Verifies(Token(Header, Claims((claim, null))), out _));
        var value = ClaimValues()[claim];
        Assert.False(Verifies(Token(Header, $$"""{{Claims()[..^1]}},"{{claim}}":{{value}}}"""), out _));
    }

    [Fact]
    public void A_token_is_refused_one_second_after_it_expired() => Assert.False(Verifies(Token(Header, Claims(("exp", Text(Now - 1)))), out _));

    [Fact]
    public void A_token_is_refused_before_its_time() => Assert.False(Verifies(Token(Header, Claims(("nbf", Text(Now + 1)))), out _));

    [Fact]
    public void A_token_that_lives_longer_than_fifteen_minutes_is_refused() => Assert.False(Verifies(Token(Header, Claims(("exp", Text(Now + 901)))), out _));

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("\"text\"")]
    public void A_token_whose_payload_is_no_object_is_refused(string payload) => Assert.False(Verifies(Token(Header, payload), out _));

    [Fact]
    public void A_token_with_something_after_its_claims_is_refused()
    {
        Assert.False(Verifies(Token(Header, Claims() + "{}"), out _));
        Assert.False(Verifies(Token(Header, Claims()[..^1] + ",}"), out _));
        Assert.False(Verifies(Token(Header, Claims()[..^1] + "/**/}"), out _));
    }

    private bool Verifies(string text, out AccessToken? token) => new AccessTokenVerifier(Options, _time).TryVerify(text, out token);

    private User AnyUser() => new(Guid.CreateVersion7(), "ada@example.com", "Ada", null, UserRole.Customer, null, _time.GetUtcNow());

    private Dictionary<string, string?> ClaimValues() => new(StringComparer.Ordinal)
    {
        ["iss"] = "\"walletgrains\"",
        ["aud"] = "\"walletgrains-api\"",
        ["sub"] = "\"0198c0de-0000-7000-8000-000000000001\"",
        ["sid"] = "\"0198c0de-0000-7000-8000-000000000002\"",
        ["role"] = "\"customer\"",
        ["jti"] = "\"1\"",
        ["iat"] = Text(Now),
        ["nbf"] = Text(Now),
        ["exp"] = Text(Now + 900),
    };

    private string Claims(params (string Claim, string? Json)[] changes)
    {
        var claims = ClaimValues();
        foreach (var (claim, json) in changes)
        {
            claims[claim] = json;
        }

        return "{" + string.Join(",", claims.Where(pair => pair.Value is not null).Select(pair => $"\"{pair.Key}\":{pair.Value}")) + "}";
    }

    private static string Token(string header, string claims, byte[]? key = null) => Signed($"{Encode(header)}.{Encode(claims)}", key);

    private static string Signed(string signingInput, byte[]? key = null) =>
        $"{signingInput}.{Base64Url.EncodeToString(HMACSHA256.HashData(key ?? Key, Encoding.UTF8.GetBytes(signingInput)))}";

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Text(long seconds) => seconds.ToString(CultureInfo.InvariantCulture);

    /// <summary>The last character of 43 carries four bits of the signature and two stray ones: this differs in a stray one only.</summary>
    private static char NextInAlphabet(char last)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return Alphabet[Alphabet.IndexOf(last, StringComparison.Ordinal) + 1];
    }
}
