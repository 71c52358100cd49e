using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Proofs;
using WalletGrains.Grains.Signing;
using WalletGrains.Grains.Verification;
using WalletGrains.Journal.Verifying;

namespace WalletGrains.Grains.Checkpoints;

/// <summary>
/// The daily checkpoint. A reminder wakes it every hour, and the list of checkpoints says whether today's is there: so a host
/// that is started anew every day still has one a day.
/// </summary>
[Reentrant]
public sealed partial class CheckpointGrain(
    CheckpointWriter writer, PostgresCheckpoints checkpoints, BookSigner signer, TimeProvider time, ILogger<CheckpointGrain> logger)
    : Grain, ICheckpointGrain, IRemindable
{
    private const string ReminderName = "checkpoint";

    private readonly LongRun<Checkpoint> _run = new(time, logger);

    /// <inheritdoc />
    public Task StartAsync() =>
        this.RegisterOrUpdateReminder(ReminderName, GrainLimits.FirstCheckpointAfter, GrainLimits.CheckpointLookPeriod);

    /// <inheritdoc />
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (!signer.IsOn)
        {
            return;
        }

        try
        {
            var newest = await Outage.GuardAsync(() => checkpoints.ReadNewestAsync(1, CancellationToken.None));
            if (newest.Count == 0 || newest[0].TakenAt.UtcDateTime.Date < time.GetUtcNow().UtcDateTime.Date)
            {
                await WriteAsync();
            }
        }
        catch (UnavailableException e)
        {
            // The next tick tries again.
            LogPostponed(logger, e);
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

    [LoggerMessage(1502, LogLevel.Warning, "The checkpoint waits for the store")]
    private static partial void LogPostponed(ILogger logger, Exception exception);

    [LoggerMessage(1503, LogLevel.Error, "The checkpoint could not be written; the next try is in an hour")]
    private static partial void LogNotWritten(ILogger logger, Exception exception);
}
