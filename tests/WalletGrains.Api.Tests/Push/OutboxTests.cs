using WalletGrains.Api.Push;
using Xunit;

namespace WalletGrains.Api.Tests.Push;

public sealed class OutboxTests
{
    private static readonly Guid A = new("00000000-0000-0000-0000-00000000000a");
    private static readonly Guid B = new("00000000-0000-0000-0000-00000000000b");

    [Fact]
    public void Updates_come_out_in_the_order_they_came_in()
    {
        var outbox = new Outbox(capacity: 4, maxFollowed: 4);
        Add(outbox, (A, 1), (B, 7), (A, 2));
        Assert.Equal([(A, 1, 0), (B, 7, 0), (A, 2, 0)], TakeAll(outbox));
        Assert.False(outbox.TryTake(out _, out _));
    }

    [Fact]
    public void What_was_seen_before_does_not_come_out_again()
    {
        var outbox = new Outbox(capacity: 4, maxFollowed: 4);
        Add(outbox, (A, 3));
        Assert.Equal(OutboxResult.NotNeeded, outbox.Add(Update(A, 3), out _));
        Assert.Equal([(A, 3, 0)], TakeAll(outbox));
        Assert.Equal(OutboxResult.NotNeeded, outbox.Add(Update(A, 2), out _));
        Assert.Equal(OutboxResult.Waits, outbox.Add(Update(A, 4), out _));
    }

    [Fact]
    public void A_full_outbox_keeps_the_newest_update_of_each_wallet_with_the_number_of_what_it_stands_for()
    {
        var outbox = new Outbox(capacity: 6, maxFollowed: 4);
        Add(outbox, (A, 1), (B, 1), (A, 2), (A, 3), (B, 2), (A, 4));
        Assert.Equal(OutboxResult.Waits, outbox.Add(Update(A, 5), out var conflated));
        Assert.Equal(5, conflated);
        Add(outbox, (A, 6), (A, 7), (A, 8), (A, 9));
        outbox.Add(Update(A, 10), out conflated);
        Assert.Equal(5, conflated);
        Assert.Equal([(B, 2, 1), (A, 10, 9)], TakeAll(outbox));
    }

    [Fact]
    public void More_wallets_than_half_of_it_has_room_for_are_an_overflow()
    {
        var outbox = new Outbox(capacity: 4, maxFollowed: 100);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(OutboxResult.Waits, outbox.Add(Update(Guid.NewGuid(), 1), out _));
        }

        Assert.Equal(OutboxResult.Overflow, outbox.Add(Update(Guid.NewGuid(), 1), out _));
    }

    [Fact]
    public void A_replay_begins_with_what_the_client_has_and_takes_the_place_of_what_waits()
    {
        var outbox = new Outbox(capacity: 8, maxFollowed: 8);
        Add(outbox, (A, 9), (B, 1), (A, 10));
        Assert.Equal(5, outbox.BeginReplay(A, 5));
        Assert.Equal(OutboxResult.NotNeeded, outbox.Add(Update(A, 11), out _));
        Replay(outbox, (A, 6), (A, 7), (A, 8), (A, 9), (A, 10));
        Assert.False(outbox.TryEndReplay(A, 10));
        Replay(outbox, (A, 11));
        Assert.True(outbox.TryEndReplay(A, 11));
        Assert.Equal(OutboxResult.NotNeeded, outbox.Add(Update(A, 11), out _));
        Add(outbox, (A, 12));
        Assert.Equal([(B, 1, 0), (A, 6, 0), (A, 7, 0), (A, 8, 0), (A, 9, 0), (A, 10, 0), (A, 11, 0), (A, 12, 0)], TakeAll(outbox));
    }

    [Fact]
    public void A_replay_does_not_go_back_behind_what_was_taken()
    {
        var outbox = new Outbox(capacity: 8, maxFollowed: 8);
        Add(outbox, (A, 9));
        TakeAll(outbox);
        Assert.Equal(9, outbox.BeginReplay(A, 5));
        Assert.True(outbox.TryEndReplay(A, 9));
        Assert.Equal(9, outbox.BeginReplay(A, 0));
    }

    [Fact]
    public void What_the_client_has_by_its_own_word_is_not_sent_to_it()
    {
        var outbox = new Outbox(capacity: 8, maxFollowed: 8);
        Assert.Equal(5, outbox.BeginReplay(A, 5));
        Assert.True(outbox.TryEndReplay(A, 5));
        Assert.Equal(OutboxResult.NotNeeded, outbox.Add(Update(A, 5), out _));
        Assert.Equal(5, outbox.BeginReplay(A, 0));
    }

    [Fact]
    public void It_remembers_a_number_of_wallets_and_never_forgets_one_that_waits()
    {
        var outbox = new Outbox(capacity: 1_000, maxFollowed: 2);
        Add(outbox, (A, 5));
        for (var i = 0; i < 10; i++)
        {
            outbox.Add(Update(Guid.NewGuid(), 1), out _);
        }

        Assert.Equal(OutboxResult.NotNeeded, outbox.Add(Update(A, 5), out _));
        Assert.Equal(11, TakeAll(outbox).Count);
    }

    /// <summary>
    /// A writer commits, the feed comes later and repeats itself, the client takes and resumes at any moment: of each wallet it gets
    /// ever newer versions, each says exactly how many before it were left out, and the newest one is the last.
    /// </summary>
    [Fact]
    public void Nothing_is_lost_unsaid_and_nothing_comes_twice()
    {
        for (var seed = 0; seed < 1_000; seed++)
        {
            var random = new Random(seed);
            var outbox = new Outbox(capacity: random.Next(6, 20), maxFollowed: 1_000);
            var journal = new List<(Guid WalletId, long Version)>();
            var seen = new Dictionary<Guid, long>();
            var replay = (WalletId: Guid.Empty, Reached: 0L);
            var fed = 0;

            long Committed(Guid walletId) => journal.Count(entry => entry.WalletId == walletId);
            void Take()
            {
                if (!outbox.TryTake(out var update, out _)) return;
                Assert.True(seen.GetValueOrDefault(update.WalletId) + 1 + update.Skipped == update.Version, $"seed {seed}: {update.Version} after {seen.GetValueOrDefault(update.WalletId)}, skipped {update.Skipped}");
                seen[update.WalletId] = update.Version;
            }

            void Feed()
            {
                if (fed == journal.Count) return;
                Assert.NotEqual(OutboxResult.Overflow, outbox.Add(Update(journal[fed].WalletId, journal[fed].Version), out _));
                fed += random.Next(10) == 0 && fed > 2 ? -2 : 1;
            }

            void GoOnReplaying()
            {
                if (replay.WalletId == Guid.Empty)
                {
                    replay.WalletId = journal[random.Next(journal.Count)].WalletId;
                    replay.Reached = outbox.BeginReplay(replay.WalletId, seen.GetValueOrDefault(replay.WalletId));
                }
                else if (replay.Reached < Committed(replay.WalletId))
                {
                    outbox.AddReplayed(Update(replay.WalletId, ++replay.Reached), out _);
                }
                else if (outbox.TryEndReplay(replay.WalletId, replay.Reached))
                {
                    replay.WalletId = Guid.Empty;
                }
            }

            for (var step = 0; step < 200; step++)
            {
                var walletId = random.Next(2) == 0 ? A : B;
                journal.Add((walletId, Committed(walletId) + 1));
                Action[] others = [Feed, Feed, Feed, Take, Take, GoOnReplaying];
                others[random.Next(others.Length)]();
                others[random.Next(others.Length)]();
            }

            while (replay.WalletId != Guid.Empty) GoOnReplaying();
            while (fed < journal.Count) Feed();
            while (outbox.Count > 0) Take();
            Assert.Equal((Committed(A), Committed(B)), (seen[A], seen[B]));
        }
    }

    private static void Add(Outbox outbox, params (Guid WalletId, long Version)[] updates) =>
        Array.ForEach(updates, update => Assert.Equal(OutboxResult.Waits, outbox.Add(Update(update.WalletId, update.Version), out _)));

    private static void Replay(Outbox outbox, params (Guid WalletId, long Version)[] updates) =>
        Array.ForEach(updates, update => Assert.Equal(OutboxResult.Waits, outbox.AddReplayed(Update(update.WalletId, update.Version), out _)));

    private static List<(Guid WalletId, long Version, long Skipped)> TakeAll(Outbox outbox)
    {
        var taken = new List<(Guid, long, long)>();
        while (outbox.TryTake(out var update, out _))
        {
            taken.Add((update.WalletId, update.Version, update.Skipped));
        }

        return taken;
    }

    private static WalletUpdated Update(Guid walletId, long version) =>
        new(walletId, version, "FUND", Guid.NewGuid(), 1, 1, 1, "NGN", DateTimeOffset.UnixEpoch);
}
