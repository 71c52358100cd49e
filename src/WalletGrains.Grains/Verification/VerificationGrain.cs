using System.Text.Json;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using WalletGrains.Contracts.Verification;
using WalletGrains.Journal.Verifying;

namespace WalletGrains.Grains.Verification;

/// <summary>Runs verifications on demand, one over all wallets at a time, and keeps their results.</summary>
[Reentrant]
public sealed partial class VerificationGrain(HistoryVerifier verifier, PostgresAudits audits, TimeProvider time, ILogger<VerificationGrain> logger)
    : Grain, IVerificationGrain
{
    private const string Kind = "VERIFICATION";

    private readonly LongRun<VerificationResult> _all = new(time, logger);

    /// <inheritdoc />
    public async Task<VerificationOutcome> VerifyAsync(Guid walletId)
    {
        try
        {
            var verdict = await Outage.GuardAsync(() => verifier.VerifyAsync(walletId, GrainLimits.MaxVerifiedWhileWaiting, CancellationToken.None));
            if (verdict is { IsValid: false })
            {
                LogBroken(logger, verdict.WalletId, verdict.FirstBrokenVersion, verdict.Reason);
            }

            return new VerificationOutcome(verdict);
        }
        catch (HistoryTooLongException e)
        {
            return new VerificationOutcome(null, e.Entries);
        }
    }

    /// <inheritdoc />
    public Task<VerificationResult?> VerifyAllAsync() => _all.JoinAsync(RunAsync, GrainLimits.CheckPatience);

    /// <inheritdoc />
    public async Task<VerificationResult?> FindNewestAsync() =>
        await Outage.GuardAsync(() => audits.FindNewestAsync([Kind], CancellationToken.None)) is { } content
            ? JsonSerializer.Deserialize(content, AuditJson.Default.VerificationResult)
            : null;

    private async Task<VerificationResult> RunAsync()
    {
        var began = time.GetUtcMilliseconds();
        var (wallets, entries, brokenCount) = (0L, 0L, 0L);
        var broken = new List<WalletVerdict>();
        await Outage.GuardAsync(async () =>
        {
            await verifier.VerifyAllAsync(
                verdict =>
                {
                    wallets++;
                    entries += verdict.Entries;
                    if (verdict.IsValid)
                    {
                        return;
                    }

                    LogBroken(logger, verdict.WalletId, verdict.FirstBrokenVersion, verdict.Reason);
                    if (++brokenCount <= GrainLimits.MaxListedDifferences)
                    {
                        broken.Add(verdict);
                    }
                },
                CancellationToken.None);
            return true;
        });
        var result = new VerificationResult(began, time.GetUtcMilliseconds(), wallets, entries, brokenCount, broken);
        await Outage.GuardAsync(async () =>
        {
            await audits.AppendAsync(Kind, began, JsonSerializer.SerializeToUtf8Bytes(result, AuditJson.Default.VerificationResult), CancellationToken.None);
            return true;
        });
        LogVerified(logger, wallets, entries, brokenCount);
        return result;
    }

    [LoggerMessage(1301, LogLevel.Error, "The history of wallet {WalletId} is broken at version {Version}: {Reason}")]
    private static partial void LogBroken(ILogger logger, Guid walletId, long? version, string? reason);

    [LoggerMessage(1302, LogLevel.Information, "Verified {Wallets} wallets with {Entries} true entries; {Broken} wallets are broken")]
    private static partial void LogVerified(ILogger logger, long wallets, long entries, long broken);
}
