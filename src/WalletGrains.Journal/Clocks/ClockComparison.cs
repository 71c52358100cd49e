using Microsoft.Extensions.Logging;

namespace WalletGrains.Journal.Clocks;

/// <summary>Keeps a <see cref="DatabaseClock"/> right, as long as it is run.</summary>
/// <param name="clock">The clock.</param>
/// <param name="askDatabase">Asks the database for its time.</param>
/// <param name="logger">Hears when the time is not known any more, and when it is again.</param>
public sealed partial class ClockComparison(
    DatabaseClock clock, Func<CancellationToken, Task<DateTimeOffset>> askDatabase, ILogger<ClockComparison> logger)
{
    private bool _isDoubtTold;

    /// <summary>Compares the clocks again and again, sooner when it could not be done. The time goes on to be counted meanwhile.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var isDone = await CompareAsync(cancellationToken);
            await Task.Delay(isDone ? JournalLimits.ClockPeriod : JournalLimits.ClockRetry, clock, cancellationToken);
        }
    }

    /// <summary>Compares them once.</summary>
    /// <returns>False when the database did not answer, or not soon enough.</returns>
    public async Task<bool> CompareAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await clock.CompareAsync(askDatabase, cancellationToken))
            {
                return false;
            }
        }
        catch (JournalUnavailableException)
        {
            // Told of by who cannot do without the database.
            return false;
        }

        if (clock.Doubt is { } doubt)
        {
            if (!_isDoubtTold)
            {
                LogDoubt(logger, doubt);
            }
        }
        else if (_isDoubtTold)
        {
            LogKnownAgain(logger);
        }

        _isDoubtTold = !clock.IsTrusted;
        return true;
    }
}
