using System.Diagnostics;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Monkey.Checks;

/// <summary>Waiting, with limits, for what is eventual.</summary>
internal static class Patience
{
    private const int MaxAttempts = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Gets something, again while the host is busy.</summary>
    public static async Task<Reply> GetAsync(BankClient bank, string path, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var reply = await bank.GetAsync(path, cancellationToken);
            if (reply.IsDefinite || attempt == MaxAttempts)
            {
                return reply;
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <summary>Asks again until there is nothing wrong, or for as long as it may take.</summary>
    /// <param name="look">What is wrong now; null for nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What is wrong in the end; null for nothing.</returns>
    public static async Task<string?> UntilRightAsync(Func<Task<string?>> look, CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        while (await look() is { } wrong)
        {
            if (Stopwatch.GetElapsedTime(startedAt) > Limit)
            {
                return $"{wrong} (for {Limit.TotalSeconds} s)";
            }

            await Task.Delay(Pause, cancellationToken);
        }

        return null;
    }
}
