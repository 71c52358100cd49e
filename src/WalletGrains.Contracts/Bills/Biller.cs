namespace WalletGrains.Contracts.Bills;

/// <summary>A company whose bills can be paid, and what it takes.</summary>
/// <param name="Code">Its name in requests: 1 to 32 of a–z, 0–9 and hyphens.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Currency">What it is paid in.</param>
/// <param name="ReferenceLabel">What it calls the references by which it knows its customers.</param>
/// <param name="ReferencePattern">The regular expression that such a reference has to match as a whole.</param>
/// <param name="ReferenceExample">One that does.</param>
/// <param name="MinAmount">The least it takes.</param>
/// <param name="MaxAmount">The most it takes.</param>
/// <param name="NameEnquiry">It tells the name that belongs to a reference.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Biller")]
public sealed record Biller(
    [property: Id(0)] string Code,
    [property: Id(1)] string Name,
    [property: Id(2)] Currency Currency,
    [property: Id(3)] string ReferenceLabel,
    [property: Id(4)] string ReferencePattern,
    [property: Id(5)] string ReferenceExample,
    [property: Id(6)] Money MinAmount,
    [property: Id(7)] Money MaxAmount,
    [property: Id(8)] bool NameEnquiry);
