using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Proofs;
using WalletGrains.Grains.Signing;
using WalletGrains.Grains.Verification;
using WalletGrains.Journal.Verifying;

namespace WalletGrains.Grains.Checkpoints;

/// <summary>The daily checkpoint. The list of checkpoints says whether today's is there.</summary>
[Reentrant]
public sealed partial class CheckpointGrain(
    CheckpointWriter writer, PostgresCheckpoints checkpoints, BookSigner signer, TimeProvider time, ILogger<CheckpointGrain> logger)
    : Grain, ICheckpointGrain
{
    private readonly LongRun<Checkpoint> _run = new(time, logger);

    /// <inheritdoc />
    public async Task WriteDueAsync()
    {
        if (!signer.IsOn)
        {
            return;
        }

        // Not the newest one: that may be of a silo whose clock was ahead, and is none of today's.
        var today = new DateTimeOffset(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        if (!await Outage.GuardAsync(() => checkpoints.ExistsAsync(today, today.AddDays(1), CancellationToken.None)))
        {
            await WriteAsync();
        }
    }

    /// <inheritdoc />
    public async Task<Checkpoint?> WriteAsync() => signer.IsOn ? await _run.JoinAsync(RunAsync, GrainLimits.CheckPatience) : null;

    /// <inheritdoc />
    public async Task<IReadOnlyList<Checkpoint>> ListAsync() =>
        (await Outage.GuardAsync(() => checkpoints.ReadNewestAsync(Limits.MaxPageSize, CancellationToken.None))).Select(ToCheckpoint).ToList();

    private async Task<Checkpoint> RunAsync()
    {
        try
        {
            var row = await Outage.GuardAsync(() => writer.WriteAsync(CancellationToken.None));
            LogWritten(logger, row.File, row.Wallets);
            return ToCheckpoint(row);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotWritten(logger, e);
            throw new UnavailableException("The folder of the checkpoints cannot be written.", e);
        }
    }

    private static Checkpoint ToCheckpoint(CheckpointRow row) => new(
        row.TakenAt, row.Wallets, row.File, Convert.ToHexStringLower(row.Sha256.Span), Convert.ToBase64String(row.Signature.Span), row.KeyId);

    [LoggerMessage(1501, LogLevel.Information, "Wrote {File} with {Wallets} wallets")]
    private static partial void LogWritten(ILogger logger, string file, long wallets);

    [LoggerMessage(1503, LogLevel.Error, "The checkpoint could not be written; it is tried again")]
    private static partial void LogNotWritten(ILogger logger, Exception exception);
}
