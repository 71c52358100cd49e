namespace WalletGrains.Journal.Activity;

/// <summary>The commits of a page that need not be read, and the gaps between them, in which there may be others.</summary>
internal sealed class KnownCommits
{
    private readonly ActivityQuery _query;
    private readonly List<LoggedEntry> _entries;
    private readonly List<(long Position, int EntriesEnd)> _commits = [];

    /// <summary>The first commit that has no room in the page: there it ends at the latest.</summary>
    private readonly long _firstLeftOut = long.MaxValue;

    /// <param name="query">The page.</param>
    /// <param name="commits">Commits from its beginning on, in the order of positions.</param>
    public KnownCommits(ActivityQuery query, IReadOnlyCollection<RecentCommit> commits)
    {
        _query = query;
        _entries = new List<LoggedEntry>(Math.Min(query.Limit, commits.Sum(commit => commit.Entries.Length) / query.Partitions * 5 / 4));
        foreach (var (position, entries) in commits)
        {
            if (_entries.Count >= query.Limit)
            {
                _firstLeftOut = position;
                break;
            }

            foreach (var entry in entries)
            {
                if (query.Has(entry.WalletId))
                {
                    _entries.Add(new LoggedEntry(entry.WalletId, entry.Version, entry.Content, entry.Source));
                }
            }

            _commits.Add((position, _entries.Count));
        }
    }

    /// <summary>What has to be read: from each low position up to the high one, without it.</summary>
    public (long[] Lows, long[] Highs) FindGaps()
    {
        var (lows, highs) = (new List<long>(), new List<long>());
        var low = _query.From;
        foreach (var (position, _) in _commits)
        {
            Add(position);
            low = position + 1;
        }

        Add(_firstLeftOut);
        return (lows.ToArray(), highs.ToArray());

        void Add(long high)
        {
            if (low < high)
            {
                lows.Add(low);
                highs.Add(high);
            }
        }
    }

    /// <summary>Whether one of them is below a position.</summary>
    public bool HasBelow(long position) => _commits.Count > 0 && _commits[0].Position < position;

    /// <summary>The page of the known commits and of what was found in the gaps, up to a position.</summary>
    /// <param name="end">Where it ends: everything below is decided, and known or found.</param>
    /// <param name="found">In the order of positions.</param>
    public ActivityPage ToPage(long end, IReadOnlyList<(long Position, LoggedEntry Entry)> found)
    {
        var to = Math.Min(end, _firstLeftOut);
        if (found.Count == 0 && !HasFrom(to))
        {
            return new ActivityPage(_query.From, to, _entries);
        }

        var entries = new List<LoggedEntry>(_entries.Count + found.Count);
        var (next, taken) = (0, 0);
        foreach (var (position, entriesEnd) in _commits.TakeWhile(commit => commit.Position < to))
        {
            for (; next < found.Count && found[next].Position < position; next++)
            {
                entries.Add(found[next].Entry);
            }

            for (; taken < entriesEnd; taken++)
            {
                entries.Add(_entries[taken]);
            }
        }

        for (; next < found.Count && found[next].Position < to; next++)
        {
            entries.Add(found[next].Entry);
        }

        return new ActivityPage(_query.From, to, entries);
    }

    private bool HasFrom(long position) => _commits.Count > 0 && _commits[^1].Position >= position;
}
