namespace WalletGrains.Journal.Activity;

/// <summary>
/// The newest commits of this process, each with all of its entries: who follows takes them from here and reads only what lies between them
/// (<see cref="PostgresActivityLog"/>). What is not here is read, so it may forget whatever it likes.
/// </summary>
/// <remarks>
/// <para>Nothing is here that is not durable: a commit is added when its answer is there. All members may be called from many threads.</para>
/// <para>A commit is forgotten as soon as every follower in this process is past it, and kept for nobody: what lives longer than a collection of the youngest
/// generation is what makes its pauses long.</para>
/// </remarks>
/// <param name="maxSize">So many entries are kept, a commit counted like one more.</param>
public sealed class RecentCommits(int maxSize = JournalLimits.MaxRecentEntries)
{
    /// <summary>A follower who lets so many times all that is kept go by has moved to another process.</summary>
    private const int Patience = 16;

    private readonly Lock _lock = new();

    /// <summary>In the order of positions. Lanes commit side by side, so a lower one may come later.</summary>
    private readonly List<RecentCommit> _commits = [];

    /// <summary>Where each partition is followed from next, and how much had been added when that was said.</summary>
    private readonly Dictionary<(int Partition, int Partitions), (long From, long SaidAt)> _followers = [];

    /// <summary>The room that they take: their entries, and one for each, since a commit of nothing but refusals has none.</summary>
    private int _size;

    /// <summary>The room of all that was ever added.</summary>
    private long _added;

    /// <summary>When the server started that they are of, in ticks; 0 until a reader has said so.</summary>
    private long _server;

    /// <summary>Remembers a commit, and forgets the oldest ones for it.</summary>
    internal void Add(RecentCommit commit)
    {
        lock (_lock)
        {
            if (_followers.Count == 0)
            {
                return;
            }

            var place = _commits.Count;
            while (place > 0 && _commits[place - 1].Position > commit.Position)
            {
                place--;
            }

            _commits.Insert(place, commit);
            _size += Size(commit);
            _added += Size(commit);
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

    /// <summary>The commits from where a partition is to be followed, in the order of positions, and the server that they are of, if a reader has met it.</summary>
    internal (List<RecentCommit> Commits, long Server) From(ActivityQuery query)
    {
        lock (_lock)
        {
            _followers[(query.Partition, query.Partitions)] = (query.From, _added);
            Forget(CountBelow(_followers.Values.Min(follower => follower.From)));
            var first = CountBelow(query.From);
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
        var (forgotten, size) = (0, _size);
        while (size > maxSize * 3 / 4)
        {
            size -= Size(_commits[forgotten++]);
        }

        Forget(forgotten);
        foreach (var (partition, (_, saidAt)) in _followers)
        {
            if (_added - saidAt > Patience * (long)maxSize)
            {
                _followers.Remove(partition);
            }
        }
    }

    private void Forget(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _size -= Size(_commits[i]);
        }

        _commits.RemoveRange(0, count);
    }

    private int CountBelow(long position)
    {
        var count = _commits.Count;
        while (count > 0 && _commits[count - 1].Position >= position)
        {
            count--;
        }

        return count;
    }

    private static int Size(RecentCommit commit) => commit.Entries.Length + 1;
}

/// <summary>A transaction and every entry that it wrote, those of one wallet in the order of their versions.</summary>
internal readonly record struct RecentCommit(long Position, WalletEntry[] Entries);
