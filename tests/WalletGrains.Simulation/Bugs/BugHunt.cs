using WalletGrains.Simulation.Audit;

namespace WalletGrains.Simulation.Bugs;

/// <summary>A bug and the run that found it.</summary>
/// <param name="Bug">Its name.</param>
/// <param name="Seeds">How many seeds it took; null when it was not found.</param>
/// <param name="Found">The run; null when it was not found.</param>
internal sealed record Catch(string Bug, int? Seeds, SeedResult? Found);

/// <summary>Plants bugs and counts how many seeds it takes until the auditor notices. Runs that fail in any other way do not count.</summary>
internal static class BugHunt
{
    public const int MaxSeeds = 200;

    /// <summary>Those of wallets and transfers, by which a simulation of money is judged first; the others are of what is built on them.</summary>
    public static IReadOnlyList<string> OfWallets { get; } =
    [
        "no version check", "reply before commit", "unknown treated as failed", "dedup dropped", "dedup outside the commit", "fingerprint ignored",
        "compensation skipped", "compensated and completed", "refusal answered from uncommitted state", "hold captured twice",
        "hold not counted in available", "stale activation's reads accepted as committed", "rounding through double",
    ];

    /// <summary>The bugs by name.</summary>
    public static IReadOnlyDictionary<string, Func<PlantedBug>> Bugs { get; } = new Dictionary<string, Func<PlantedBug>>
    {
        ["no version check"] = () => new NoVersionCheck(),
        ["reply before commit"] = () => new ReplyBeforeCommit(),
        ["unknown treated as failed"] = () => new UnknownTreatedAsFailed(),
        ["dedup dropped"] = () => new DedupDropped(),
        ["dedup outside the commit"] = () => new DedupOutsideTheCommit(),
        ["fingerprint ignored"] = () => new FingerprintIgnored(),
        ["compensation skipped"] = () => new CompensationSkipped(),
        ["compensated and completed"] = () => new CompensatedAndCompleted(),
        ["refusal answered from uncommitted state"] = () => new RefusalFromUncommittedState(),
        ["hold captured twice"] = () => new HoldCapturedTwice(),
        ["hold not counted in available"] = () => new HoldNotCountedInAvailable(),
        ["stale activation's reads accepted as committed"] = () => new StaleReads(),
        ["job settled without its lease"] = () => new SettledWithoutLease(),
        ["dedup of the bank's inbox dropped"] = () => new InboxDedupDropped(),
        ["credited before the inbox has it"] = () => new CreditBeforeTheInbox(),
        ["a biller's lost call taken for none"] = () => new LostCallTakenForNone(),
        ["what a biller does not know taken for failed"] = () => new NotFoundTakenForFailed(),
        ["a biller's reference for each call"] = () => new ReferenceOfEachCall(),
        ["balance of another account stored"] = () => new BalanceOfAnotherAccount(),
        ["balance remembered and not asked for"] = () => new BalanceRemembered(),
        ["an entry passed over by its followers"] = () => new EntryPassedOver(),
        ["rounding through double"] = () => new RoundingThroughDouble(),
    };

    /// <summary>Looks for every bug, in seeds from this one on.</summary>
    public static IReadOnlyList<Catch> Run(int from) => [.. Bugs.Select(bug => Look(bug.Key, bug.Value, from))];

    /// <summary>How many were caught of those of wallets and of all, and the median of the seeds that took; then one line for each.</summary>
    public static IEnumerable<string> Report(IReadOnlyList<Catch> catches)
    {
        yield return Count([.. catches.Where(found => OfWallets.Contains(found.Bug))], "of wallets and transfers");
        yield return Count(catches, "in all");
        foreach (var found in catches)
        {
            yield return found.Found is { } run
                ? $"  {found.Bug}: {found.Seeds} seeds, in seed {run.Seed}: {run.Reason}"
                : $"  {found.Bug}: NOT CAUGHT in {MaxSeeds} seeds";
        }
    }

    private static string Count(IReadOnlyList<Catch> catches, string which)
    {
        var seeds = catches.Select(found => found.Seeds).OfType<int>().Order().ToList();
        var median = seeds.Count == 0 ? "no" : $"{seeds[seeds.Count / 2]}";
        return $"caught {seeds.Count}/{catches.Count} {which}, median {median} seeds";
    }

    private static Catch Look(string name, Func<PlantedBug> bug, int from)
    {
        for (var seeds = 1; seeds <= MaxSeeds; seeds++)
        {
            var result = SeedRun.Run(from + seeds - 1, bug());
            if (result.Violation is AuditException)
            {
                return new Catch(name, seeds, result);
            }
        }

        return new Catch(name, null, null);
    }
}
