namespace WalletGrains.Contracts.Activity;

/// <summary>How wallets are divided among those who follow what happens in them: the configuration section <c>Activity</c>. The same in all
/// processes of a cluster.</summary>
public sealed record ActivityOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Activity";

    /// <summary>The most partitions.</summary>
    public const int MaxPartitions = 256;

    /// <summary>
    /// Partitions of the wallets, 1 to 256. Each has a relay and one of every kind of consumer, which may run on any silo, so there is use
    /// for about two for each silo. Every relay looks at every entry: more cost the database more.
    /// </summary>
    public int Partitions { get; init; } = 2;

    /// <summary>Throws <see cref="ArgumentException"/> that names the setting when one is out of range.</summary>
    public void Validate()
    {
        if (Partitions is < 1 or > MaxPartitions)
        {
            throw new ArgumentException($"{Section}:{nameof(Partitions)} is {Partitions}; it must be between 1 and {MaxPartitions}.");
        }
    }
}
