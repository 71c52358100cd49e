using Microsoft.Extensions.Logging;
using WalletGrains.Grains.Counterparts;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>Single calls of the bank.</summary>
internal sealed class GlobusCalls(GlobusOptions options, TimeProvider time, ILogger<CounterpartCalls> logger) : IDisposable
{
    private readonly CounterpartCalls _calls = new(
        new CounterpartPolicy("The bank", options.Timeout)
        {
            // Two thirds of the calls of a full minute at the lowest rate that says anything.
            MinCallsToJudge = 20,
            FailuresToBreak = 0.66,
            BreakDuration = TimeSpan.FromSeconds(30),
        },
        time,
        logger);

    /// <summary>Calls the bank once.</summary>
    /// <exception cref="CounterpartException">There is no answer; what was asked for may be done all the same, unless it says that the bank was not asked.</exception>
    public Task<CounterpartAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _calls.SendAsync(request, static answer => answer, cancellationToken);

    public void Dispose() => _calls.Dispose();
}
