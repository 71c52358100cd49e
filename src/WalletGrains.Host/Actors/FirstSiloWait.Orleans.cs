namespace WalletGrains.Host.Actors;

/// <summary>An API that starts before the silos do tries once a second until <see cref="ActorOptions.ConnectSeconds"/> are over.</summary>
internal sealed class FirstSiloWait(ActorOptions options, TimeProvider clock) : IClientConnectionRetryFilter
{
    private readonly long _start = clock.GetTimestamp();

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (clock.GetElapsedTime(_start) >= TimeSpan.FromSeconds(options.ConnectSeconds))
            return false;
        await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellationToken);
        return true;
    }
}
