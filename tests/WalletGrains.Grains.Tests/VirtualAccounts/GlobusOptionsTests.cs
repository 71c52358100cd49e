using Microsoft.Extensions.Configuration;
using WalletGrains.Contracts;
using WalletGrains.Grains.VirtualAccounts;
using Xunit;

namespace WalletGrains.Grains.Tests.VirtualAccounts;

public sealed class GlobusOptionsTests
{
    [Fact]
    public void Without_a_client_id_no_bank_is_called()
    {
        var options = Read();
        Assert.True(options.IsMock);
        Assert.Equal(("103", TimeSpan.FromSeconds(10), null), (options.BankCode, options.Timeout, options.VerifyFrom));
    }

    [Fact]
    public void A_base_address_keeps_its_path_and_no_text_of_the_options_has_the_secret()
    {
        var options = Read("GLOBUS_CLIENT_ID=us", "GLOBUS_SECRET_KEY=hush", "GLOBUS_BASE_URL=https://bank.example/api/v2", "GLOBUS_VERIFY_FROM=1000000.50");
        Assert.Equal("https://bank.example/api/v2/oauth/token", new Uri(options.BaseUrl!, "oauth/token").AbsoluteUri);
        Assert.Equal(new Money(100_000_050, Currency.Parse("NGN")), options.VerifyFrom);
        Assert.DoesNotContain("hush", options.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GLOBUS_BASE_URL", "GLOBUS_CLIENT_ID=us", "GLOBUS_SECRET_KEY=hush")]
    [InlineData("GLOBUS_SECRET_KEY", "GLOBUS_CLIENT_ID=us", "GLOBUS_BASE_URL=https://bank.example")]
    [InlineData("GLOBUS_BASE_URL", "GLOBUS_BASE_URL=bank.example")]
    [InlineData("GLOBUS_BASE_URL", "GLOBUS_BASE_URL=ftp://bank.example")]
    [InlineData("GLOBUS_BASE_URL", "GLOBUS_BASE_URL=https://bank.example?key=1")]
    [InlineData("GLOBUS_BANK_CODE", "GLOBUS_BANK_CODE=1O3")]
    [InlineData("GLOBUS_BANK_CODE", "GLOBUS_BANK_CODE=1033")]
    [InlineData("GLOBUS_VERIFY_FROM", "GLOBUS_VERIFY_FROM=1000")]
    [InlineData("GLOBUS_VERIFY_FROM", "GLOBUS_VERIFY_FROM=-1")]
    [InlineData("GLOBUS_VERIFY_FROM", "GLOBUS_VERIFY_FROM=much")]
    [InlineData("GLOBUS_TIMEOUT_SECONDS", "GLOBUS_TIMEOUT_SECONDS=0")]
    [InlineData("GLOBUS_TIMEOUT_SECONDS", "GLOBUS_TIMEOUT_SECONDS=16")]
    public void A_setting_that_is_wrong_or_missing_is_named(string name, params string[] settings) =>
        Assert.StartsWith(name, Assert.Throws<ArgumentException>(() => Read(settings)).Message, StringComparison.Ordinal);

    private static GlobusOptions Read(params string[] settings) => GlobusOptions.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])))
        .Build());
}
