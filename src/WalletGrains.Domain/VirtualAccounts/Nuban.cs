using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace WalletGrains.Domain.VirtualAccounts;

/// <summary>
/// Nigeria's uniform bank account numbers (NUBAN): nine digits of a serial number and a check digit, which depends on the bank.
/// Source: Central Bank of Nigeria, Guidelines on the NUBAN scheme, section 3.
/// </summary>
public static class Nuban
{
    /// <summary>Digits of an account number.</summary>
    public const int Length = 10;

    /// <summary>Digits of a bank's code.</summary>
    public const int BankCodeLength = 3;

    private const int SerialLength = Length - 1;
    private const int Serials = 1_000_000_000;

    private static ReadOnlySpan<byte> Weights => [3, 7, 3];

    /// <summary>The account number of a serial number.</summary>
    /// <param name="bankCode">Three digits.</param>
    /// <param name="serial">0 to 999,999,999.</param>
    public static string NumberOf(string bankCode, int serial)
    {
        CheckBankCode(bankCode);
        ArgumentOutOfRangeException.ThrowIfNegative(serial);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(serial, Serials);
        var digits = serial.ToString($"D{SerialLength}", CultureInfo.InvariantCulture);
        return digits + CheckDigit(bankCode, digits);
    }

    /// <summary>
    /// The account number that a user gets where no bank gives one: always the same, and spread evenly over all there are.
    /// </summary>
    /// <param name="bankCode">Three digits.</param>
    /// <param name="userId">The user.</param>
    /// <param name="taken">How many of the user's numbers turned out to belong to somebody else: the next one follows from it, so the same
    /// collisions are resolved the same way by whoever meets them.</param>
    public static string NumberOf(string bankCode, Guid userId, int taken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(taken);
        Span<byte> input = stackalloc byte[16 + sizeof(int)];
        userId.TryWriteBytes(input, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(input[16..], taken);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, hash);

        // Of 2^64 the last incomplete billion is five in a hundred billion: no serial is noticeably more frequent.
        return NumberOf(bankCode, (int)(BinaryPrimitives.ReadUInt64BigEndian(hash) % Serials));
    }

    /// <summary>Whether a text can be an account number at any bank: ten digits.</summary>
    public static bool HasForm(string? number) => number is { Length: Length } && IsDigits(number);

    /// <summary>Whether a text can be a bank's code: three digits.</summary>
    public static bool IsBankCode(string? code) => code is { Length: BankCodeLength } && IsDigits(code);

    /// <summary>Whether a text can be an account number at the bank: its check digit is right.</summary>
    public static bool IsValid(string bankCode, string? number)
    {
        CheckBankCode(bankCode);
        return HasForm(number) && number![^1] == CheckDigit(bankCode, number.AsSpan(0, SerialLength));
    }

    private static char CheckDigit(ReadOnlySpan<char> bankCode, ReadOnlySpan<char> serial)
    {
        var sum = 0;
        for (var i = 0; i < BankCodeLength; i++)
        {
            sum += (bankCode[i] - '0') * Weights[i];
        }

        // The weights go on where they were: three digits of the code, three weights.
        for (var i = 0; i < SerialLength; i++)
        {
            sum += (serial[i] - '0') * Weights[i % Weights.Length];
        }

        return (char)('0' + ((10 - (sum % 10)) % 10));
    }

    private static bool IsDigits(string text) => text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;

    private static void CheckBankCode(string bankCode)
    {
        if (!IsBankCode(bankCode))
        {
            throw new ArgumentException($"'{bankCode}' is not the code of a bank: it has {BankCodeLength} digits.", nameof(bankCode));
        }
    }
}
