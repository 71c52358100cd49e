using WalletGrains.Journal;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Jobs;

/// <summary>How the jobs of a kind are run. Each value may be set as <c>Jobs:Kinds:{kind}:{name}</c>.</summary>
public sealed record JobPolicy
{
    /// <summary>How many run at the same time, in the whole cluster.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>How many may be begun in a second, in the whole cluster; null for any number.</summary>
    public double? RatePerSecond { get; init; }

    /// <summary>Another kind whose rate holds for both together, because both call the same third party; null for a rate of its own, or none.</summary>
    public string? SharesRateOf { get; init; }

    /// <summary>How many may be begun at once after a pause, where there is a rate; null for one.</summary>
    public int? Burst { get; init; }

    /// <summary>How many of those only the priority lane may use, so that what overtakes need not wait for the rate; below Burst, and null for none.</summary>
    public int? Reserved { get; init; }

    /// <summary>How often a job is begun before it is a dead letter; null for no end, as with recurring kinds.</summary>
    public int? MaxAttempts { get; init; } = 8;

    /// <summary>The wait after the first failure, before its jitter; each one after it is twice as long.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest such wait.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For a recurring kind, which has one job: how long after an end it is due again. Null for the others.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>A kind with one job that comes back for ever: failures only make it late.</summary>
    public static JobPolicy Recurring(TimeSpan every, TimeSpan timeout) => new()
    {
        Concurrency = 1,
        MaxAttempts = null,
        Every = every,
        MaxBackoff = TimeSpan.FromMinutes(1),
        Timeout = timeout,
    };

    /// <summary>The rate for the store; null for any.</summary>
    internal JobRate? Rate => RatePerSecond is { } perSecond ? new JobRate(perSecond, Burst ?? 1, Reserved ?? 0, SharesRateOf) : null;

    /// <summary>Throws <see cref="ArgumentException"/> that names the setting when one is out of range or two contradict each other.</summary>
    public void Validate(string kind)
    {
        Require(Concurrency is >= 1 and <= JournalLimits.MaxPage, nameof(Concurrency), Concurrency, $"it must be between 1 and {JournalLimits.MaxPage}");
        Require(RatePerSecond is null or (>= 0.001 and <= 10_000), nameof(RatePerSecond), RatePerSecond, "it must be between 0.001 and 10000");
        Require(SharesRateOf is null || RatePerSecond is null, nameof(RatePerSecond), RatePerSecond, $"it is that of {SharesRateOf}");
        Require(SharesRateOf is null || Burst is null, nameof(Burst), Burst, $"it is that of {SharesRateOf}");
        Require(SharesRateOf is null || Reserved is null, nameof(Reserved), Reserved, $"it is that of {SharesRateOf}");
        Require(Burst is null or (>= 1 and <= 10_000), nameof(Burst), Burst, "it must be between 1 and 10000");
        Require(Reserved is null || (Reserved >= 0 && Reserved < (Burst ?? 1)), nameof(Reserved), Reserved, $"it must be 0 or more and below Burst ({Burst ?? 1})");
        Require(MaxAttempts is null or (>= 1 and <= 1_000), nameof(MaxAttempts), MaxAttempts, "it must be between 1 and 1000");
        Require(FirstBackoff > TimeSpan.Zero && FirstBackoff <= TimeSpan.FromDays(1), nameof(FirstBackoff), FirstBackoff, "it must be above 0 and at most a day");
        Require(MaxBackoff >= FirstBackoff && MaxBackoff <= TimeSpan.FromDays(1), nameof(MaxBackoff), MaxBackoff, $"it must be between FirstBackoff ({FirstBackoff}) and a day");
        Require(Timeout > TimeSpan.Zero && Timeout <= TimeSpan.FromHours(12), nameof(Timeout), Timeout, "it must be above 0 and at most 12 hours");
        Require(Every is null || (Every > TimeSpan.Zero && Every <= TimeSpan.FromDays(31)), nameof(Every), Every, "it must be above 0 and at most 31 days");
        Require(Every is null || MaxAttempts is null, nameof(MaxAttempts), MaxAttempts, "a recurring kind gives no job up");

        void Require(bool holds, string name, object? value, string rule)
        {
            if (!holds)
            {
                throw new ArgumentException($"Jobs:Kinds:{kind}:{name} is {value}; {rule}.");
            }
        }
    }
}
