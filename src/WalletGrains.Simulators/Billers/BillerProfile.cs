using System.Text.RegularExpressions;

namespace WalletGrains.Simulators.Billers;

/// <summary>A biller, and what it takes.</summary>
/// <param name="Code">Its name in paths.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Label">What its customer references are called.</param>
/// <param name="Pattern">What they look like.</param>
/// <param name="Example">One of them.</param>
/// <param name="MinAmount">The least it takes.</param>
/// <param name="MaxAmount">The most it takes.</param>
/// <param name="HasNameEnquiry">Whether it tells the name that belongs to a reference.</param>
internal sealed partial record BillerProfile(
    string Code, string Name, string Label, Regex Pattern, string Example, decimal MinAmount, decimal MaxAmount, bool HasNameEnquiry)
{
    public static IReadOnlyList<BillerProfile> All { get; } =
    [
        new("airtime", "Savannah Mobile", "Phone number", PhoneNumber(), "08031234567", 50m, 50_000m, HasNameEnquiry: false),
        new("electricity", "Lagoon Electricity", "Meter number", MeterNumber(), "45021234567", 500m, 500_000m, HasNameEnquiry: true),
        new("water", "Delta Water Board", "Account number", WaterAccount(), "WB-204417-3", 100m, 200_000m, HasNameEnquiry: true),
    ];

    [GeneratedRegex(@"\A0[789][01]\d{8}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PhoneNumber();

    [GeneratedRegex(@"\A\d{11}(\d{2})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex MeterNumber();

    [GeneratedRegex(@"\AWB-\d{6}-\d\z", RegexOptions.CultureInvariant)]
    private static partial Regex WaterAccount();
}
