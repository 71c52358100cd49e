using Microsoft.Extensions.DependencyInjection;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.VirtualAccounts;

namespace WalletGrains.Simulation.Bugs;

/// <summary>There is no unique key on references: a payment that is reported again is stored, and credited, once more.</summary>
internal sealed class InboxDedupDropped : PlantedBug
{
    public override IBankInbox TamperInbox(IBankInbox durable) => new WithoutUniqueKey(durable);

    private sealed class WithoutUniqueKey(IBankInbox durable) : IBankInbox
    {
        private int _copies;

        public async Task<BankCreditRow?> ReceiveAsync(BankCreditRow credit, NewJob job, CancellationToken cancellationToken)
        {
            if (await durable.FindAsync(credit.Reference, cancellationToken) is null)
            {
                return await durable.ReceiveAsync(credit, job, cancellationToken);
            }

            var copy = $"{credit.Reference} ({++_copies})";
            return await durable.ReceiveAsync(credit with { Reference = copy }, job with { Key = copy }, cancellationToken);
        }

        public Task ContradictAsync(BankCreditRow reported, NewJob alert) => durable.ContradictAsync(reported, alert);

        public Task ReopenAsync(string reference, NewJob job) => durable.ReopenAsync(reference, job);

        public Task<bool> DiscardAsync(Guid jobId) => durable.DiscardAsync(jobId);

        public Task MarkCreditedAsync(string reference, BankCreditEntry credit) => durable.MarkCreditedAsync(reference, credit);

        public Task<BankCreditRow?> FindAsync(string reference, CancellationToken cancellationToken) => durable.FindAsync(reference, cancellationToken);

        public Task<IReadOnlyList<BankCreditRow>> FindAsync(IReadOnlyCollection<string> references, CancellationToken cancellationToken) =>
            durable.FindAsync(references, cancellationToken);

        public Task<IReadOnlyList<BankCreditRow>> ReadAsync(DateTimeOffset from, DateTimeOffset to, BankCreditRow? after, CancellationToken cancellationToken) =>
            durable.ReadAsync(from, to, after, cancellationToken);

        public Task SaveReconciliationAsync(DateOnly day, DateTimeOffset ranAt, ReadOnlyMemory<byte> content) => durable.SaveReconciliationAsync(day, ranAt, content);

        public Task<byte[]?> FindReconciliationAsync(DateOnly day, CancellationToken cancellationToken) => durable.FindReconciliationAsync(day, cancellationToken);
    }
}

/// <summary>A report is credited at once and stored afterwards, so that the customer need not wait.</summary>
internal sealed class CreditBeforeTheInbox : PlantedBug
{
    public override async Task InvokeAsync(IIncomingGrainCallContext call)
    {
        if (call.MethodName == nameof(IBankInboxGrain.ReceiveAsync) && call.Request.GetArgument(0) is BankCredit credit)
        {
            var grains = call.TargetContext.ActivationServices.GetRequiredService<IGrainFactory>();
            await grains.GetGrain<IVirtualAccountGrain>(credit.AccountNumber).CreditAsync(credit);
        }

        await call.Invoke();
    }
}
