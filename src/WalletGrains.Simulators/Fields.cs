namespace WalletGrains.Simulators;

/// <summary>What the fields of requests must be like.</summary>
internal static class Fields
{
    private const decimal MaxAmount = 1_000_000_000_000m;

    /// <exception cref="BadHttpRequestException">It is empty or too long.</exception>
    public static void RequireText(string field, string? text)
    {
        if (text is not { Length: > 0 and <= SimulatorLimits.MaxTextLength })
        {
            throw new BadHttpRequestException($"{field} must have 1 to {SimulatorLimits.MaxTextLength} characters.");
        }
    }

    /// <exception cref="BadHttpRequestException">It is not above zero, too large, or has more decimals than the currency.</exception>
    public static void RequireAmount(string field, decimal amount)
    {
        if (amount is <= 0 or > MaxAmount || decimal.Round(amount, 2) != amount)
        {
            throw new BadHttpRequestException($"{field} must be above zero, with at most two decimals.");
        }
    }
}
