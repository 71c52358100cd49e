using Microsoft.Extensions.Configuration;

namespace WalletGrains.Grains.Jobs;

/// <summary>What holds for jobs of every kind: the section Jobs.</summary>
public sealed record JobOptions
{
    /// <summary>The section.</summary>
    public const string Section = "Jobs";

    /// <summary>How long jobs that are done or discarded are kept, and with them the memory of their keys.</summary>
    public TimeSpan KeepFinished { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long a worker that died keeps its jobs. Ten times as long as a pause of a healthy silo, the collection of garbage
    /// included; a third of it is how often leases are renewed, so two renewals may fail.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    internal TimeSpan RenewPeriod => Lease / 3;

    /// <summary>Reads the section.</summary>
    /// <exception cref="ArgumentException">A setting is wrong; the message names it.</exception>
    public static JobOptions Read(IConfiguration? configuration)
    {
        JobOptions options;
        try
        {
            options = configuration?.GetSection(Section).Get<JobOptions>() ?? new JobOptions();
        }
        catch (InvalidOperationException wrong)
        {
            throw new ArgumentException($"{Section} cannot be read: {wrong.Message}", wrong);
        }

        Require(options.KeepFinished >= TimeSpan.FromMinutes(1) && options.KeepFinished <= TimeSpan.FromDays(3_650), nameof(KeepFinished), options.KeepFinished, "a minute and ten years");
        Require(options.Lease >= TimeSpan.FromSeconds(3) && options.Lease <= TimeSpan.FromHours(1), nameof(Lease), options.Lease, "3 seconds and an hour");
        return options;
    }

    private static void Require(bool holds, string name, TimeSpan value, string range)
    {
        if (!holds)
        {
            throw new ArgumentException($"{Section}:{name} is {value}; it must be between {range}.");
        }
    }
}
