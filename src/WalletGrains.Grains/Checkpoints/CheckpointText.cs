using System.Globalization;
using WalletGrains.Journal.Verifying;

namespace WalletGrains.Grains.Checkpoints;

/// <summary>
/// The text of a checkpoint, so plain that it can be read without this product: a line with its time, a line for each wallet in
/// order of ids with version and hash of its newest entry, and a line with the number of wallets.
/// </summary>
public static class CheckpointText
{
    private const string Mark = "walletgrains-checkpoint-v1";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>The first line.</summary>
    public static string First(DateTimeOffset takenAt) => $"{Mark} {takenAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}";

    /// <summary>The line of a wallet.</summary>
    public static string Line(HeadPosition head)
    {
        ArgumentNullException.ThrowIfNull(head);
        return string.Create(CultureInfo.InvariantCulture, $"{head.WalletId} {head.Version} {Convert.ToHexStringLower(head.Hash.Span)}");
    }

    /// <summary>The last line.</summary>
    public static string Last(long wallets) => string.Create(CultureInfo.InvariantCulture, $"wallets {wallets}");

    /// <summary>Reads the first line.</summary>
    /// <exception cref="FormatException">It is not that of a checkpoint.</exception>
    public static DateTimeOffset ReadFirst(string? line) =>
        line?.Split(' ') is [Mark, var time]
        && DateTimeOffset.TryParseExact(time, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var takenAt)
            ? takenAt
            : throw new FormatException("The file is not a checkpoint.");

    /// <summary>Reads any other line: a wallet, or null for the last one.</summary>
    /// <exception cref="FormatException">It is neither, or the number in the last line is another than that of the lines before.</exception>
    public static HeadPosition? Read(string? line, long walletsBefore) => line?.Split(' ') switch
    {
        [var id, var version, { Length: 64 } hash]
            when Guid.TryParseExact(id, "D", out var walletId) && long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) =>
            new HeadPosition(walletId, number, Convert.FromHexString(hash)),
        ["wallets", var count] when long.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var wallets) && wallets == walletsBefore => null,
        _ => throw new FormatException($"Line {walletsBefore + 2} of the file is not one of a checkpoint."),
    };
}
