using WalletGrains.Journal.Jobs;

namespace WalletGrains.Simulation.Bugs;

/// <summary>Whoever comes back last writes what came of a job, whether the job is still its own or not.</summary>
internal sealed class SettledWithoutLease : PlantedBug
{
    public override IJobStore TamperJobs(IJobStore durable) => new Unfenced(durable);

    private sealed class Unfenced(IJobStore durable) : IJobStore
    {
        private readonly Dictionary<Guid, Guid> _newest = [];

        public async Task<IReadOnlyList<ClaimedJob>> ClaimAsync(JobClaim claim, CancellationToken cancellationToken)
        {
            var jobs = await durable.ClaimAsync(claim, cancellationToken);
            foreach (var job in jobs)
            {
                _newest[job.JobId] = job.Token;
            }

            return jobs;
        }

        public Task<JobState?> SettleAsync(JobSettlement settlement, CancellationToken cancellationToken) =>
            durable.SettleAsync(settlement with { Token = _newest.GetValueOrDefault(settlement.JobId, settlement.Token) }, cancellationToken);

        public Task EnqueueAsync(NewJob job, CancellationToken cancellationToken) => durable.EnqueueAsync(job, cancellationToken);

        public Task EnqueueAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) => durable.EnqueueAsync(jobs, cancellationToken);

        public Task<IReadOnlyList<JobLease>> ExtendAsync(IReadOnlyList<JobLease> leases, TimeSpan lease, CancellationToken cancellationToken) =>
            durable.ExtendAsync(leases, lease, cancellationToken);

        public Task<TimeSpan?> FindNextDueAsync(string kind, CancellationToken cancellationToken) => durable.FindNextDueAsync(kind, cancellationToken);

        public Task<JobCounts> CountAsync(string kind, int limit, CancellationToken cancellationToken) =>
            durable.CountAsync(kind, limit, cancellationToken);

        public Task<IReadOnlyList<JobRow>> ReadAsync(JobQuery query, CancellationToken cancellationToken) => durable.ReadAsync(query, cancellationToken);

        public Task<JobRow?> FindAsync(Guid jobId, CancellationToken cancellationToken) => durable.FindAsync(jobId, cancellationToken);

        public Task<bool> RetryAsync(Guid jobId, CancellationToken cancellationToken) => durable.RetryAsync(jobId, cancellationToken);

        public Task<bool> DiscardAsync(Guid jobId, CancellationToken cancellationToken) => durable.DiscardAsync(jobId, cancellationToken);

        public Task<int> PurgeAsync(TimeSpan age, int limit, CancellationToken cancellationToken) => durable.PurgeAsync(age, limit, cancellationToken);
    }
}
