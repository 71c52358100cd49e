using WalletGrains.Api.Auth;
using Xunit;

namespace WalletGrains.Api.Tests.Auth;

public sealed class JwtOptionsTests
{
    private static readonly string GoodKey = Convert.ToBase64String(new byte[32]);

    [Fact]
    public void A_key_of_32_bytes_is_enough() => Assert.Empty(Failures(new JwtOptions { Key = GoodKey }));

    [Fact]
    public void A_missing_key_is_refused() => Assert.Contains("Jwt:Key is missing", Failures(new JwtOptions()), StringComparison.Ordinal);

    [Fact]
    public void A_short_key_is_refused() =>
        Assert.Contains("Jwt:Key has 31 bytes", Failures(new JwtOptions { Key = Convert.ToBase64String(new byte[31]) }), StringComparison.Ordinal);

    [Fact]
    public void A_key_that_is_no_base64_is_refused() =>
        Assert.Contains("Jwt:Key is not base64", Failures(new JwtOptions { Key = "a secret of more than thirty-two characters" }), StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(901)]
    public void A_lifetime_outside_its_range_is_refused(int seconds) =>
        Assert.Contains("Jwt:LifetimeSeconds", Failures(new JwtOptions { Key = GoodKey, LifetimeSeconds = seconds }), StringComparison.Ordinal);

    [Fact]
    public void Every_wrong_setting_is_named_at_once()
    {
        var failures = Failures(new JwtOptions { Issuer = "", Audience = " " });
        Assert.Contains("Jwt:Key", failures, StringComparison.Ordinal);
        Assert.Contains("Jwt:Issuer", failures, StringComparison.Ordinal);
        Assert.Contains("Jwt:Audience", failures, StringComparison.Ordinal);
    }

    private static string Failures(JwtOptions options) => string.Join(' ', new JwtOptions.Validator().Validate(null, options).Failures ?? []);
}
