namespace WalletGrains.Simulators.Globus;

/// <summary>Nigeria's uniform bank account numbers: nine digits of a serial number and a check digit.</summary>
internal static class Nuban
{
    public const int Length = 10;
    public const int Serials = 1_000_000_000;

    private static ReadOnlySpan<byte> Weights => [3, 7, 3];

    /// <summary>The account number of a serial number at the bank with these three digits.</summary>
    public static string Number(string bankCode, int serial)
    {
        var digits = $"{serial:D9}";
        return digits + CheckDigit(bankCode + digits);
    }

    /// <summary>Whether it can be an account number at the bank.</summary>
    public static bool IsValid(string bankCode, string number) =>
        number.Length == Length && number.All(char.IsAsciiDigit) && number[^1] == CheckDigit(bankCode + number[..^1]);

    private static char CheckDigit(string digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            sum += (digits[i] - '0') * Weights[i % Weights.Length];
        }

        return (char)('0' + ((10 - (sum % 10)) % 10));
    }
}
