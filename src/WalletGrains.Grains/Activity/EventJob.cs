using System.Globalization;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Activity;

/// <summary>Does what a consumer could not do with an event. It may be done twice, and long after the events behind it.</summary>
public interface IEventRetry
{
    /// <summary>The name of the consumer.</summary>
    string Consumer { get; }

    /// <summary>Takes an entry of a wallet into account.</summary>
    /// <exception cref="Exception">Any: it still cannot.</exception>
    Task RetryAsync(Guid walletId, long version, CancellationToken cancellationToken);
}

/// <summary>
/// Events that a consumer could not take: five attempts, then a dead letter. The key names consumer, wallet and version, so an event has one job
/// for a consumer, however often it is met.
/// </summary>
public sealed class EventJob(IEnumerable<IEventRetry> consumers) : IJobHandler
{
    private const string KindName = "event";

    /// <inheritdoc />
    public string Kind => KindName;

    /// <inheritdoc />
    public JobPolicy Policy => new() { MaxAttempts = 5 };

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.Key.Split('/') is not [var consumer, var wallet, var number]
            || consumers.FirstOrDefault(known => known.Consumer == consumer) is not { } retry
            || !Guid.TryParseExact(wallet, "D", out var walletId)
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            return new JobOutcome.Fail($"{job.Key} names no consumer, wallet and version.");
        }

        await retry.RetryAsync(walletId, version, cancellationToken);
        return new JobOutcome.Done();
    }

    internal static NewJob Of(Guid jobId, string consumer, Guid walletId, long version) => new(
        jobId, KindName, string.Create(CultureInfo.InvariantCulture, $"{consumer}/{walletId:D}/{version}"), ReadOnlyMemory<byte>.Empty);
}
