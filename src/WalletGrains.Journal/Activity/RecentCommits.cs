namespace WalletGrains.Journal.Activity;

/// <summary>
/// The newest commits of this process, each with all of its entries: who follows takes them from here and reads only what lies between them
/// (<see cref="PostgresActivityLog"/>). What is not here is read, so it may forget whatever it likes.
/// </summary>
/// <remarks>Nothing is here that is not durable: a commit is added when its answer is there. All members may be called from many threads.</remarks>
/// <param name="maxSize">So many entries are kept, a commit counted like one more.</param>
public sealed class RecentCommits(int maxSize = JournalLimits.MaxRecentEntries)
{
    private readonly Lock _lock = new();

    /// <summary>In the order of positions. Lanes commit side by side, so a lower one may come later.</summary>
    private readonly List<RecentCommit> _commits = [];

    /// <summary>The room that they take: their entries, and one for each, since a commit of nothing but refusals has none.</summary>
    private int _size;

    /// <summary>When the server started that they are of, in ticks; 0 until a reader has said so.</summary>
    private long _server;

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
            _size += Size(commit);
            if (_size > maxSize)
            {
                ForgetOldest();
            }
        }
    }

    /// <summary>Forgets all: another server may be the database now, and have given the same positions to others.</summary>
    internal void Clear() => Clear(server: 0);

    /// <summary>Hears which server a reader has met, and forgets all if it was another one before.</summary>
    /// <returns>Whether what is known is of that server.</returns>
    internal bool Meet(long server)
    {
        lock (_lock)
        {
            if (_server == 0)
            {
                _server = server;
            }
            else if (_server != server)
            {
                Clear(server);
                return false;
            }

            return true;
        }
    }

    /// <summary>The commits from a position on, in the order of positions, and the server that they are of, if a reader has met it.</summary>
    internal (List<RecentCommit> Commits, long Server) From(long position)
    {
        lock (_lock)
        {
            var first = _commits.Count;
            while (first > 0 && _commits[first - 1].Position >= position)
            {
                first--;
            }

            return (_commits.GetRange(first, _commits.Count - first), _server);
        }
    }

    private void Clear(long server)
    {
        lock (_lock)
        {
            _commits.Clear();
            (_size, _server) = (0, server);
        }
    }

    /// <summary>Makes room for a quarter more, so that the rest is not moved up with each commit.</summary>
    private void ForgetOldest()
    {
        var forgotten = 0;
        while (_size > maxSize * 3 / 4)
        {
            _size -= Size(_commits[forgotten++]);
        }

        _commits.RemoveRange(0, forgotten);
    }

    private static int Size(RecentCommit commit) => commit.Entries.Length + 1;
}

/// <summary>A transaction and every entry that it wrote, those of one wallet in the order of their versions.</summary>
internal readonly record struct RecentCommit(long Position, WalletEntry[] Entries);
