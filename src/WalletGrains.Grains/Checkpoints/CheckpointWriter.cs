using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using WalletGrains.Grains.Signing;
using WalletGrains.Journal;
using WalletGrains.Journal.Verifying;

namespace WalletGrains.Grains.Checkpoints;

/// <summary>Where checkpoints are written.</summary>
/// <param name="Folder">The folder; created when missing. Better on another disk, or copied away every day.</param>
public sealed record CheckpointFolder(string Folder);

/// <summary>
/// Writes the heads of all wallets to a file beside the database, and signs it. Whoever rewrites a history later, hash chain and
/// all, contradicts the file; whoever rewrites the file as well has not the key.
/// </summary>
public sealed partial class CheckpointWriter(
    PostgresCheckpoints checkpoints, BookSigner signer, CheckpointFolder folder, TimeProvider time, ILogger<CheckpointWriter> logger)
{
    private int _hasWarned;

    /// <summary>The ending of a signature's file name.</summary>
    public const string SignatureEnding = ".sig";

    /// <summary>Has the names in a folder written to the disk; false where its file system does no such thing.</summary>
    internal Func<string, bool> FlushNames { get; init; } = FolderSync.Flush;

    /// <summary>Writes one: the file and its signature under names of their own, whole or not at all, and then its row.</summary>
    /// <exception cref="JournalUnavailableException">The database is away; a file without a row may be left.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public async Task<CheckpointRow> WriteAsync(CancellationToken cancellationToken)
    {
        var takenAt = time.GetUtcMilliseconds();
        CreateFolder();
        var name = $"checkpoint-{takenAt.UtcDateTime.ToString("yyyy-MM-dd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture)}";
        var path = Path.Combine(folder.Folder, name);
        var (wallets, sha256) = await WriteHeadsAsync(path, takenAt, cancellationToken);
        var signature = signer.SignHash(sha256);
        await using (var file = Create(path + SignatureEnding + Unfinished))
        {
            await file.WriteAsync(signature, cancellationToken);
            file.Flush(flushToDisk: true);
        }

        // The signature first: a checkpoint that has its name has its signature.
        File.Move(path + SignatureEnding + Unfinished, path + SignatureEnding);
        File.Move(path + Unfinished, path);

        // And both names before the row, which says that this day has its checkpoint: a file system may keep the row and lose a name.
        Flush(folder.Folder);
        var row = new CheckpointRow(takenAt, wallets, name, sha256, signature, signer.KeyId!);
        await checkpoints.AppendAsync(row, cancellationToken);
        return row;
    }

    private const string Unfinished = ".unfinished";

    /// <summary>With its own name on the disk as well, and those of the folders above it that are new.</summary>
    private void CreateFolder()
    {
        var parents = new Stack<string>();
        for (var level = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder.Folder)); !Directory.Exists(level); level = parents.Peek())
        {
            parents.Push(Path.GetDirectoryName(level) ?? throw new IOException($"There is no {level} for the folder {folder.Folder}."));
        }

        Directory.CreateDirectory(folder.Folder);
        foreach (var parent in parents)
        {
            Flush(parent);
        }
    }

    /// <summary>What the file system cannot do is no reason for a day without its checkpoint: the files are on the disk, and only a crash within moments could take their names.</summary>
    private void Flush(string path)
    {
        if (!FlushNames(path) && Interlocked.Exchange(ref _hasWarned, 1) == 0)
        {
            LogNotFlushed(logger, path);
        }
    }

    private async Task<(long Wallets, byte[] Sha256)> WriteHeadsAsync(string path, DateTimeOffset takenAt, CancellationToken cancellationToken)
    {
        await using var file = Create(path + Unfinished);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await WriteLineAsync(CheckpointText.First(takenAt));
        var wallets = 0L;
        await foreach (var head in checkpoints.ReadHeadsAsync(cancellationToken))
        {
            await WriteLineAsync(CheckpointText.Line(head));
            wallets++;
        }

        await WriteLineAsync(CheckpointText.Last(wallets));
        file.Flush(flushToDisk: true);
        return (wallets, sha256.GetHashAndReset());

        ValueTask WriteLineAsync(string line)
        {
            var bytes = Encoding.ASCII.GetBytes(line + "\n");
            sha256.AppendData(bytes);
            return file.WriteAsync(bytes, cancellationToken);
        }
    }

    private static FileStream Create(string path) => new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 64 * 1024);

    [LoggerMessage(1504, LogLevel.Warning, "The file system of {Folder} flushes no folders: after a power failure the newest checkpoint may have no name there")]
    private static partial void LogNotFlushed(ILogger logger, string folder);
}
