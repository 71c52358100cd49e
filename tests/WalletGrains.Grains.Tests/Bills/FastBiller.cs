using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Contracts.Bills;
using WalletGrains.Grains.Bills;
using WalletGrains.Grains.Counterparts;
using WalletGrains.Testing;

namespace WalletGrains.Grains.Tests.Bills;

/// <summary>The client of a biller on a fast clock: its time-outs, pauses and breaks take milliseconds, and so does what it tells jobs to wait for.</summary>
internal sealed class FastBiller(BillerOptions options, BillerMetrics metrics, FastTimeProvider time) : IBiller, IDisposable
{
    private readonly BillerClient _client = new(options, metrics, time, NullLogger<CounterpartCalls>.Instance);

    public Biller Profile => _client.Profile;

    public bool Accepts(string customerReference) => _client.Accepts(customerReference);

    public async Task<BillerAnswer> PayAsync(BillOrder order, CancellationToken cancellationToken) => InRealTime(await _client.PayAsync(order, cancellationToken));

    public async Task<BillerAnswer> FindAsync(BillOrder order, CancellationToken cancellationToken) => InRealTime(await _client.FindAsync(order, cancellationToken));

    public Task<CustomerAnswer> EnquireAsync(string customerReference, CancellationToken cancellationToken) => _client.EnquireAsync(customerReference, cancellationToken);

    public void Dispose() => _client.Dispose();

    private BillerAnswer InRealTime(BillerAnswer answer) => answer is BillerAnswer.NotSent { RetryAfter: { } wait } unsent ? unsent with { RetryAfter = time.Real(wait) } : answer;
}
