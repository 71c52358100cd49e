using Microsoft.Extensions.Configuration;
using WalletGrains.Grains.Bills;
using WalletGrains.Simulators;

namespace WalletGrains.Grains.Tests.Bills;

/// <summary>Settings of billers.</summary>
internal static class BillerSettings
{
    /// <summary>Those of a simulated biller.</summary>
    public static Dictionary<string, string> Simulated(SimulatorServer server, string code)
    {
        var (label, pattern, example, min, max) = code switch
        {
            "airtime" => ("Phone number", @"0[789][01]\d{8}", "08031234567", "50", "50000"),
            "electricity" => ("Meter number", @"\d{11}(\d{2})?", "45021234567", "500", "500000"),
            "water" => ("Account number", @"WB-\d{6}-\d", "WB-204417-3", "100", "200000"),
            _ => throw new ArgumentException($"There is no biller {code}.", nameof(code)),
        };
        return new Dictionary<string, string>
        {
            ["BaseUrl"] = server.BillerUrl(code).AbsoluteUri,
            ["ApiKey"] = new SimulatorOptions().BillerApiKey,
            ["Name"] = code,
            ["Currency"] = "NGN",
            ["ReferenceLabel"] = label,
            ["ReferencePattern"] = pattern,
            ["ReferenceExample"] = example,
            ["MinAmount"] = min,
            ["MaxAmount"] = max,
            ["NameEnquiry"] = code == "airtime" ? "false" : "true",
        };
    }

    /// <summary>The options that settings of one biller make.</summary>
    public static BillerOptions Read(string code, IReadOnlyDictionary<string, string> settings) => BillerOptions.ReadAll(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"Billers:{code}:{setting.Key}", (string?)setting.Value)))
        .Build()).Single();
}
