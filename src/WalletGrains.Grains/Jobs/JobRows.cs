using System.Text;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Jobs;

/// <summary>The store's job rows in the words of the contracts.</summary>
internal static class JobRows
{
    public static Job ToJob(JobRow row) => new(
        row.JobId,
        row.Kind,
        row.Key,
        row.Lane is JobLane.Priority,
        (JobStatus)row.State,
        row.DueAt,
        row.Attempts,
        row.LeaseOwner,
        row.LastError,
        Encoding.UTF8.GetString(row.Payload.Span),
        row.Result is { } result ? Encoding.UTF8.GetString(result.Span) : null,
        row.CreatedAt,
        row.UpdatedAt);
}
