namespace WalletGrains.Grains;

/// <summary>The precision of every time that is stored: what the front door shows, the journal keeps and the hash covers are the same.</summary>
internal static class WholeMilliseconds
{
    /// <summary>Now, cut to whole milliseconds.</summary>
    public static DateTimeOffset GetUtcMilliseconds(this TimeProvider time) => time.GetUtcNow().ToWholeMilliseconds();

    /// <summary>A time of whatever precision, cut to whole milliseconds.</summary>
    public static DateTimeOffset ToWholeMilliseconds(this DateTimeOffset at) => at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMillisecond));
}
