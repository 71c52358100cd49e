using System.Diagnostics;
using System.Globalization;

namespace WalletGrains.Monkey;

/// <summary>Shows how far the traffic has come: a bar that moves on a terminal, a line for each tenth elsewhere.</summary>
internal sealed class ProgressBar(TextWriter output, int total, bool moves)
{
    private const int Width = 40;

    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private int _done;
    private int _shownPercent = -1;

    /// <summary>One more is done.</summary>
    public void Step()
    {
        var percent = (int)(Interlocked.Increment(ref _done) * 100L / total);
        var shown = Volatile.Read(ref _shownPercent);
        if (percent == shown || (!moves && percent % 10 != 0) || Interlocked.CompareExchange(ref _shownPercent, percent, shown) != shown)
        {
            return;
        }

        var full = percent * Width / 100;
        var perSecond = _done / Stopwatch.GetElapsedTime(_startedAt).TotalSeconds;
        var line = string.Create(CultureInfo.InvariantCulture, $"[{new string('#', full)}{new string('.', Width - full)}] {percent,3} %  {perSecond,8:N0} requests/s");
        lock (output)
        {
            output.Write(moves ? $"\r{line}{(percent == 100 ? Environment.NewLine : "")}" : line + Environment.NewLine);
        }
    }
}
