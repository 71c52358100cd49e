using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Users;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>
/// Has virtual accounts made for users who were registered without the job that does it, by a version from before there were virtual accounts, which may
/// run beside this one during an update: a recurring job.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed partial class VirtualAccountRecovery(
    PostgresUserStore users, IJobStore jobs, IGrainFactory grains, TimeProvider time, ILogger<VirtualAccountRecovery> logger) : IJobHandler
{
    /// <summary>The kind of its job.</summary>
    public const string JobKind = "virtual-account-recovery";

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    /// <summary>Users who registered within this time are looked at, some of them several times.</summary>
    private static readonly TimeSpan Back = Period * 6;

    /// <inheritdoc />
    public string Kind => JobKind;

    /// <inheritdoc />
    public JobPolicy Policy => JobPolicy.Recurring(Period, GrainLimits.SweepTimeout);

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        for (var page = 0; page < GrainLimits.MaxSweepPages; page++)
        {
            var found = await users.ReadWithoutAccountAsync(
                time.GetUtcNow() - Back, GlobusOptions.Currency.Code, VirtualAccountCreation.JobKind, GrainLimits.SweepPage, cancellationToken);
            if (found.Count == 0)
            {
                break;
            }

            await jobs.EnqueueAsync([.. found.Select(user => VirtualAccountCreation.JobOf(user)!)], cancellationToken);
            await grains.GetGrain<IJobGrain>(VirtualAccountCreation.JobKind).WakeAsync();
            LogRecovered(logger, found.Count);
        }

        return new JobOutcome.Done();
    }

    [LoggerMessage(1980, LogLevel.Information, "Has virtual accounts made for {Count} users who were registered without that")]
    private static partial void LogRecovered(ILogger logger, int count);
}
