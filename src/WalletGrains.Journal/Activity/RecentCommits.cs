namespace WalletGrains.Journal.Activity;

/// <summary>
/// The newest commits of this process, each with all of its entries: who follows takes them from here and reads only what lies between them
/// (<see cref="PostgresActivityLog"/>). What is not here is read, so it may forget whatever it likes.
/// </summary>
/// <remarks>Nothing is here that is not durable: a commit is added when its answer is there. All members may be called from many threads.</remarks>
public sealed class RecentCommits
{
    private readonly Lock _lock = new();

    /// <summary>In the order of positions. Lanes commit side by side, so a lower one may come later.</summary>
    private readonly List<RecentCommit> _commits = [];
    private int _entries;

    /// <summary>Remembers a commit, and forgets the oldest ones for it.</summary>
    internal void Add(RecentCommit commit)
    {
        lock (_lock)
        {
            var place = _commits.Count;
            while (place > 0 && _commits[place - 1].Position > commit.Position)
            {
                place--;
            }

            _commits.Insert(place, commit);
            _entries += commit.Entries.Length;
            if (_entries > JournalLimits.MaxRecentEntries)
            {
                ForgetOldest();
            }
        }
    }

    /// <summary>Forgets all: another server may be the database now, and have given the same positions to others.</summary>
    internal void Clear()
    {
        lock (_lock)
        {
            _commits.Clear();
            _entries = 0;
        }
    }

    /// <summary>The commits from a position on, in the order of positions.</summary>
    internal RecentCommit[] From(long position)
    {
        lock (_lock)
        {
            var first = _commits.Count;
            while (first > 0 && _commits[first - 1].Position >= position)
            {
                first--;
            }

            return [.. _commits[first..]];
        }
    }

    /// <summary>Makes room for a quarter more, so that the rest is not moved up with each commit.</summary>
    private void ForgetOldest()
    {
        var forgotten = 0;
        while (_entries > JournalLimits.MaxRecentEntries * 3 / 4)
        {
            _entries -= _commits[forgotten++].Entries.Length;
        }

        _commits.RemoveRange(0, forgotten);
    }
}

/// <summary>A transaction and every entry that it wrote, those of one wallet in the order of their versions.</summary>
internal readonly record struct RecentCommit(long Position, WalletEntry[] Entries);
