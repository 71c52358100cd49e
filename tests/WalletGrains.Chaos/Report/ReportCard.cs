using System.Globalization;
using System.Text;
using WalletGrains.Chaos.Checking;
using WalletGrains.Chaos.Traffic;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Chaos.Report;

/// <summary>What a run came to, added up over its rounds.</summary>
internal sealed class ReportCard
{
    private const int MaxFindingsShown = 20;

    private readonly List<Finding> _findings = [];
    private readonly Dictionary<string, RecoveryTimes> _recoveries = [];
    private readonly SortedDictionary<string, int> _unknownAnswers = new(StringComparer.Ordinal);

    /// <summary>Operations, whatever became of them.</summary>
    public int Operations { get; private set; }

    /// <summary>Acknowledged.</summary>
    public int Ok { get; private set; }

    /// <summary>Refused by a rule.</summary>
    public int Refused { get; private set; }

    /// <summary>Told that nothing was done, and not repeated.</summary>
    public int NotDone { get; private set; }

    /// <summary>A client had to wonder at least once.</summary>
    public int Unknown { get; private set; }

    public Resolved Resolved { get; private set; } = new(0, 0, 0);

    public int Reads { get; private set; }

    public int StaleReads { get; private set; }

    /// <summary>Appends that the database refused because their wallets had moved on.</summary>
    public long Fenced { get; private set; }

    /// <summary>Appends whose commit went out and whose answer never came.</summary>
    public long AnswersLost { get; private set; }

    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Whether all is well, and the faults did what they are for.</summary>
    public bool IsClean => _findings.Count == 0 && Fenced > 0 && Resolved.Durable > 0;

    public IReadOnlyDictionary<string, RecoveryTimes> Recoveries => _recoveries;

    public int Count(Fault fault) => _findings.Count(finding => finding.Fault == fault);

    /// <summary>A fault and how soon clients were served again.</summary>
    public void Add(string fault, TimeSpan first, TimeSpan every)
    {
        if (!_recoveries.TryGetValue(fault, out var times))
        {
            _recoveries.Add(fault, times = new RecoveryTimes());
        }

        times.Add(first, every);
    }

    /// <summary>By how much the bank was off in one snapshot.</summary>
    public void AddDrift(string when, decimal drift)
    {
        if (drift != 0)
        {
            _findings.Add(new Finding(Fault.Drift, $"after {when}: the bank is off by {drift} in one snapshot"));
        }
    }

    public void AddJournal(long fenced, long answersLost) => (Fenced, AnswersLost) = (Fenced + fenced, AnswersLost + answersLost);

    public void Add(History history, Verdict verdict)
    {
        foreach (var record in history.Operations)
        {
            Operations++;
            Unknown += record.WasUnknown ? 1 : 0;
            foreach (var unknown in record.Attempts.Select(attempt => attempt.Reply).OfType<Reply.Unknown>())
            {
                _unknownAnswers[unknown.Why] = _unknownAnswers.GetValueOrDefault(unknown.Why) + 1;
            }

            switch (record.Definite?.Reply)
            {
                case Reply.Ok:
                    Ok++;
                    break;
                case Reply.Refused:
                    Refused++;
                    break;
                case null when !record.WasUnknown:
                    NotDone++;
                    break;
            }
        }

        Reads += history.Reads.Count;
        StaleReads += verdict.StaleReads;
        _findings.AddRange(verdict.Findings);
        var resolved = verdict.Resolved;
        Resolved = new Resolved(Resolved.Durable + resolved.Durable, Resolved.Absent + resolved.Absent, Resolved.Refused + resolved.Refused);
    }

    public override string ToString()
    {
        var card = new StringBuilder();
        Row("operations", Operations);
        Row("  acknowledged", Ok);
        Row("  refused", Refused);
        Row("  reported not done", NotDone);
        Row("unknown to a client at first", Unknown);
        Row("  had happened", Resolved.Durable);
        Row("  had not happened", Resolved.Absent);
        Row("  were refused", Resolved.Refused);
        foreach (var (why, count) in _unknownAnswers)
        {
            Row($"  answers: {why}", count);
        }

        Row("reads", Reads);
        Row("  stale", StaleReads);
        Row("commits' answers lost (appends)", AnswersLost);
        Row("fenced writes (appends)", Fenced);
        card.AppendLine();
        foreach (var fault in Enum.GetValues<Fault>())
        {
            Row(NameOf(fault), Count(fault));
        }

        card.AppendLine();
        card.AppendLine(CultureInfo.InvariantCulture, $"{"",-42} {"times",5}   {"first success",15}   {"every wallet",15}");
        card.AppendLine(CultureInfo.InvariantCulture, $"{"",-42} {"",5}   {"p50",7} {"max",7}   {"p50",7} {"max",7}");
        foreach (var (fault, times) in _recoveries.OrderBy(recovery => recovery.Key, StringComparer.Ordinal))
        {
            card.AppendLine(CultureInfo.InvariantCulture,
                $"{fault,-42} {times.Count,5}   {times.First.Median,5:0.00} s {times.First.Max,5:0.00} s   {times.Every.Median,5:0.00} s {times.Every.Max,5:0.00} s");
        }

        foreach (var finding in _findings.Take(MaxFindingsShown))
        {
            card.AppendLine(CultureInfo.InvariantCulture, $"{NameOf(finding.Fault)}: {finding.Evidence}");
        }

        return card.ToString();

        void Row(string name, long value) => card.AppendLine(CultureInfo.InvariantCulture, $"{name,-42} {value,9:N0}");
    }

    private static string NameOf(Fault fault) => fault.ToString().ToLowerInvariant();
}
