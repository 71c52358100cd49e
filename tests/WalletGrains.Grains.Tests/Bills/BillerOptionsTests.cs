using WalletGrains.Contracts;
using WalletGrains.Contracts.Bills;
using WalletGrains.Grains.Bills;
using Xunit;

namespace WalletGrains.Grains.Tests.Bills;

public sealed class BillerOptionsTests
{
    private static readonly Currency Naira = Currency.Parse("NGN");

    [Fact]
    public void Without_settings_there_is_no_biller() => Assert.Empty(BillerOptions.ReadAll(null));

    [Fact]
    public void A_biller_is_what_its_settings_say()
    {
        var options = BillerSettings.Read("gas-1", Settings());
        Assert.Equal(
            new Biller("gas-1", "City Gas", Naira, "Customer", @"G\d+", "G1", new Money(5_050, Naira), new Money(100_000, Naira), NameEnquiry: false), options.Profile);
        Assert.Equal(("https://gas.example/api/payments", TimeSpan.FromSeconds(10)), (new Uri(options.BaseUrl, "payments").AbsoluteUri, options.Timeout));
        Assert.DoesNotContain("hush", options.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BaseUrl", null, "is missing")]
    [InlineData("BaseUrl", "gas.example", "must be an http or https address")]
    [InlineData("BaseUrl", "ftp://gas.example", "must be an http or https address")]
    [InlineData("BaseUrl", "https://us:hush@gas.example", "must be an http or https address")]
    [InlineData("ApiKey", null, "is missing")]
    [InlineData("ApiKey", "hush\r\nhush", "must be of printable ASCII")]
    [InlineData("Name", null, "is missing")]
    [InlineData("Name", "City\u0007Gas", "must be a line")]
    [InlineData("Currency", "ngn", "is 'ngn', which is no currency")]
    [InlineData("ReferenceLabel", " ", "is missing")]
    [InlineData("ReferencePattern", null, "is missing")]
    [InlineData("ReferencePattern", @"G\d+)|(", "is no regular expression")]
    [InlineData("ReferencePattern", "[", "is no regular expression")]
    [InlineData("ReferencePattern", @"(G)\1", "is a regular expression that cannot be matched in linear time")]
    [InlineData("ReferencePattern", "(?=G).*", "is a regular expression that cannot be matched in linear time")]
    [InlineData("ReferenceExample", null, "is missing")]
    [InlineData("ReferenceExample", "G1 ;", "is 'G1 ;', which does not match ReferencePattern")]
    [InlineData("MinAmount", "0", "is '0'; it must be an amount of NGN above zero")]
    [InlineData("MinAmount", "1.005", "is '1.005'")]
    [InlineData("MinAmount", "1000.01", "is 1000.01 NGN, above MaxAmount, which is 1000.00 NGN")]
    [InlineData("MaxAmount", "10000000000000.01", "is '10000000000000.01'")]
    [InlineData("NameEnquiry", "perhaps", "is 'perhaps'; it must be true or false")]
    [InlineData("TimeoutSeconds", "0", "is '0'")]
    [InlineData("TimeoutSeconds", "13", "is '13'")]
    [InlineData("BreakerCalls", "1", "is '1'; it must be a whole number from 2 to 10000")]
    [InlineData("BreakerCalls", "10001", "is '10001'")]
    [InlineData("BreakerSeconds", "0", "is '0'; it must be a whole number from 1 to 600")]
    [InlineData("Nmae", "City Gas", "is no setting")]
    public void A_setting_that_is_wrong_or_missing_is_named(string name, string? value, string message)
    {
        var settings = Settings();
        settings.Remove(name);
        if (value is not null)
        {
            settings[name] = value;
        }

        var wrong = Assert.Throws<ArgumentException>(() => BillerSettings.Read("gas-1", settings)).Message;
        Assert.StartsWith($"Billers:gas-1:{name} {message}", wrong, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", wrong, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Gas")]
    [InlineData("gas_1")]
    [InlineData("a-code-that-has-thirty-three-char")]
    public void A_code_is_of_small_letters_digits_and_hyphens(string code) =>
        Assert.StartsWith($"Billers:{code} has a code", Assert.Throws<ArgumentException>(() => BillerSettings.Read(code, Settings())).Message, StringComparison.Ordinal);

    private static Dictionary<string, string> Settings() => new()
    {
        ["BaseUrl"] = "https://gas.example/api",
        ["ApiKey"] = "hush",
        ["Name"] = "City Gas",
        ["ReferenceLabel"] = "Customer",
        ["ReferencePattern"] = @"G\d+",
        ["ReferenceExample"] = "G1",
        ["MinAmount"] = "50.50",
        ["MaxAmount"] = "1000",
    };
}
