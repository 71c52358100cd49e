using System.Collections.Concurrent;
using WalletGrains.Contracts.Verification;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using WalletGrains.Grains.Tests.Wallets;
using WalletGrains.Grains.Verification;
using WalletGrains.Grains.Wallets;
using Xunit;

namespace WalletGrains.Grains.Tests.Verification;

/// <summary>What the verification says of true histories and of falsified ones.</summary>
public sealed class HistoryVerifierTests(Books books) : IClassFixture<Books>
{
    private const string Poison = """
        with poisoned as (
            select e.wallet_id, e.version, p.hash as previous_hash, convert_to(regexp_replace(convert_from(e.content, 'UTF8'), $3, $4), 'UTF8') as content
            from entries e join entries p on p.wallet_id = e.wallet_id and p.version = e.version - 1
            where e.wallet_id = $1 and e.version = $2),
        head as (
            update wallets w set head_hash = sha256(p.previous_hash || p.content) from poisoned p where w.wallet_id = p.wallet_id and w.version = p.version)
        update entries e set content = p.content, hash = sha256(p.previous_hash || p.content)
        from poisoned p where e.wallet_id = p.wallet_id and e.version = p.version and e.content <> p.content
        """;

    private const string Hash = "its hash is not that of its content and the hash before it";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_history_with_everything_in_it_is_true() =>
        Assert.Equal(new WalletVerdict(Guid.Empty, Books.HistoryLength), await VerdictAsync(await books.OpenWithHistoryAsync()));

    [Fact]
    public async Task A_wallet_that_was_only_opened_is_true() =>
        Assert.Equal(new WalletVerdict(Guid.Empty, 0), await VerdictAsync(await books.Cluster.OpenAsync()));

    [Fact]
    public async Task Where_there_is_no_wallet_there_is_no_verdict() =>
        Assert.Null(await books.Verifier.VerifyAsync(Guid.CreateVersion7(), null, Cancelled));

    [Fact]
    public async Task A_history_longer_than_the_caller_waits_for_is_left()
    {
        var walletId = await books.OpenWithHistoryAsync();
        Assert.NotNull(await books.Verifier.VerifyAsync(walletId, Books.HistoryLength, Cancelled));
        var tooLong = await Assert.ThrowsAsync<HistoryTooLongException>(() => books.Verifier.VerifyAsync(walletId, Books.HistoryLength - 1, Cancelled));
        Assert.Equal(Books.HistoryLength, tooLong.Entries);
    }

    [Theory]
    [InlineData("update entries set content = convert_to(replace(convert_from(content, 'UTF8'), '1000', '9000'), 'UTF8') where wallet_id = $1 and version = 1", 1, Hash)]
    [InlineData("update entries set content = convert_to(replace(convert_from(content, 'UTF8'), 'first', 'worst'), 'UTF8') where wallet_id = $1 and version = 1", 1, Hash)]
    [InlineData("update entries set content = content || '\\x20' where wallet_id = $1 and version = 9", 9, Hash)]
    [InlineData("update entries set content = '\\x7b7d' where wallet_id = $1 and version = 3", 3, "its content is not an entry")]
    [InlineData("update entries set hash = sha256('x') where wallet_id = $1 and version = 5", 5, Hash)]
    [InlineData("update entries set hash = sha256('x') where wallet_id = $1 and version = 14", 14, Hash)]
    [InlineData("update entries set amount_minor = amount_minor + 1 where wallet_id = $1 and version = 2", 2, "its column amount_minor is not what its content says")]
    [InlineData("update entries set balance_after_minor = 7 where wallet_id = $1 and version = 8", 8, "its column balance_after_minor is not what its content says")]
    [InlineData("update entries set type = 'WITHDRAW' where wallet_id = $1 and version = 1", 1, "its column type is not what its content says")]
    [InlineData("update entries set request_id = 'c:x' where wallet_id = $1 and version = 6", 6, "its column request_id is not what its content says")]
    [InlineData("update entries set counter_account = 'external:globus' where wallet_id = $1 and version = 1", 1, "its column counter_account is not what its content says")]
    [InlineData("update entries set created_at = created_at + interval '1 ms' where wallet_id = $1 and version = 12", 12, "its column created_at is not what its content says")]
    [InlineData("update entries set entry_id = gen_random_uuid() where wallet_id = $1 and version = 13", 13, "its column entry_id is not what its content says")]
    [InlineData("delete from entries where wallet_id = $1 and version = 1", 1, "it is missing")]
    [InlineData("delete from entries where wallet_id = $1 and version = 7", 7, "it is missing")]
    [InlineData("delete from entries where wallet_id = $1 and version > 10", 11, "it and all after it are missing; the head row is at version 14")]
    [InlineData("delete from entries where wallet_id = $1", 1, "it and all after it are missing; the head row is at version 14")]
    [InlineData("delete from wallets where wallet_id = $1", 0, "its entries have no head row")]
    [InlineData("update wallets set version = version - 1 where wallet_id = $1", 14, "the head row does not know it")]
    [InlineData("update wallets set balance_minor = balance_minor + 1 where wallet_id = $1", 14, "the head row has another balance")]
    [InlineData("update wallets set held_minor = 0 where wallet_id = $1", 14, "the head row has another held amount")]
    [InlineData("update wallets set status = 'FROZEN' where wallet_id = $1", 14, "the head row has another status")]
    [InlineData("update wallets set head_hash = sha256('x') where wallet_id = $1", 14, "the head row has another hash")]
    [InlineData("update wallets set details = '' where wallet_id = $1", 14, "the head row has another list of holds, limits or spending")]
    [InlineData("update wallets set details = '\\x5b' where wallet_id = $1", 0, "its head row cannot be read: These bytes are not a wallet's details.")]
    [InlineData("update wallets set updated_at = updated_at + interval '1 s' where wallet_id = $1", 14, "the head row has another time")]
    [InlineData("update wallets set details = convert_to('{\"spentPerQuarterHour\":[1]}', 'UTF8') where wallet_id = $1", 0, "its head row cannot be read: An amount is missing.")]
    [InlineData("update wallets set updated_at = '20000-01-01' where wallet_id = $1", 14, "the head row has another time")]
    [InlineData("update entries set created_at = '20000-01-01' where wallet_id = $1 and version = 12", 12, "its column created_at is not what its content says")]
    [InlineData("update entries set created_at = '-infinity' where wallet_id = $1 and version = 12", 12, "its column created_at is not what its content says")]
    [InlineData("update wallets set currency = 'EUR' where wallet_id = $1", 1, Hash)]
    [InlineData("update wallets set owner_id = gen_random_uuid() where wallet_id = $1", 1, Hash)]
    [InlineData("update wallets set created_at = created_at - interval '1 s' where wallet_id = $1", 1, Hash)]
    public async Task What_was_falsified_is_named_with_its_version(string falsification, long version, string reason)
    {
        var walletId = await books.OpenWithHistoryAsync();
        await books.FalsifyAsync(falsification, walletId);

        var verdict = await books.Verifier.VerifyAsync(walletId, null, Cancelled);

        Assert.Equal((version, reason), (verdict!.FirstBrokenVersion, verdict.Reason));
    }

    /// <summary>Each member of an entry that somebody made null, hash and head row following: 14 is a hold, 11 a freeze, 10 one end of a transfer, 7 new limits.</summary>
    [Theory]
    [InlineData(14, "walletId")]
    [InlineData(14, "version")]
    [InlineData(14, "entryId")]
    [InlineData(14, "type")]
    [InlineData(14, "currency")]
    [InlineData(14, "amountMinor")]
    [InlineData(14, "balanceBeforeMinor")]
    [InlineData(14, "balanceAfterMinor")]
    [InlineData(14, "counterAccount")]
    [InlineData(14, "requestId")]
    [InlineData(14, "createdAt")]
    [InlineData(14, "heldAfterMinor")]
    [InlineData(14, "hold")]
    [InlineData(14, "holdId")]
    [InlineData(14, "status")]
    [InlineData(11, "statusAfter")]
    [InlineData(11, "description")]
    [InlineData(10, "transferId")]
    [InlineData(7, "limits")]
    [InlineData(7, "perDayMinor")]
    public async Task Null_in_an_entry_is_named_and_hides_no_other_broken_wallet(long version, string member)
    {
        var (poisoned, other) = (await books.OpenWithHistoryAsync(), await books.Cluster.OpenAsync(5));
        await books.FalsifyAsync(Poison, poisoned, version, $"\"{member}\":(\"[^\"]*\"|{{[^}}]*}}|[-0-9]+)", $"\"{member}\":null");
        await books.FalsifyAsync("update wallets set balance_minor = 999 where wallet_id = $1", other);

        var verdicts = new ConcurrentDictionary<Guid, WalletVerdict>();
        await books.Verifier.VerifyAllAsync(verdict => verdicts[verdict.WalletId] = verdict, Cancelled);

        Assert.Equal((version, "its content is not an entry"), (verdicts[poisoned].FirstBrokenVersion, verdicts[poisoned].Reason));
        Assert.Equal((1, "the head row has another balance"), (verdicts[other].FirstBrokenVersion, verdicts[other].Reason));
        Assert.Equal(verdicts[poisoned], await books.Verifier.VerifyAsync(poisoned, null, Cancelled));
    }

    [Fact]
    public async Task Entries_that_were_swapped_are_named()
    {
        var walletId = await books.OpenWithHistoryAsync();
        await books.FalsifyAsync("update entries set version = 100 - version where wallet_id = $1 and version in (4, 5)", walletId);
        await books.FalsifyAsync("update entries set version = version - 91 where wallet_id = $1 and version in (95, 96)", walletId);

        var verdict = await books.Verifier.VerifyAsync(walletId, null, Cancelled);

        Assert.Equal((4, $"it has the content of version 5 of wallet {walletId}"), (verdict!.FirstBrokenVersion, verdict.Reason));
    }

    [Fact]
    public async Task An_entry_that_was_hashed_anew_with_all_after_it_still_has_to_follow_the_rules()
    {
        var walletId = await books.OpenWithHistoryAsync();
        await RewriteAsync(walletId, entry => entry.Version == 8 ? entry with { Amount = WalletCluster.Usd(1) } : entry);

        var verdict = await books.Verifier.VerifyAsync(walletId, null, Cancelled);

        Assert.Equal((8, "it does not follow from the wallet before it"), (verdict!.FirstBrokenVersion, verdict.Reason));
    }

    [Fact]
    public async Task A_history_that_was_rewritten_as_a_whole_is_true_in_itself()
    {
        // Only what was written outside the database tells: see the checkpoints.
        var walletId = await books.OpenWithHistoryAsync();
        await RewriteAsync(walletId, entry => entry.Version == 1 ? entry with { Description = "other words" } : entry);

        Assert.True((await books.Verifier.VerifyAsync(walletId, null, Cancelled))!.IsValid);
    }

    [Fact]
    public async Task Of_many_wallets_every_broken_one_is_found_and_no_other()
    {
        await using var many = await Books.OpenAsync();
        var wallets = new List<Guid>();
        for (var i = 0; i < 6; i++)
        {
            wallets.Add(await many.OpenWithHistoryAsync());
            await Task.WhenAll(Enumerable.Range(0, 400).Select(n => many.Cluster.OpenAsync(n % 2)));
        }

        await many.FalsifyAsync("update entries set amount_minor = 5 where wallet_id = $1 and version = 2", wallets[0]);
        await many.FalsifyAsync("delete from entries where wallet_id = $1", wallets[2]);
        await many.FalsifyAsync("delete from wallets where wallet_id = $1", wallets[3]);
        await many.FalsifyAsync("delete from entries where wallet_id = $1 and version = 14", wallets[5]);

        var verdicts = new ConcurrentBag<WalletVerdict>();
        await many.Verifier.VerifyAllAsync(verdicts.Add, Cancelled);

        Assert.Equal(6 * 402, verdicts.Count);
        Assert.Equal(
            [(wallets[0], 2L), (wallets[2], 1L), (wallets[3], 0L), (wallets[5], 14L)],
            verdicts.Where(verdict => !verdict.IsValid).OrderBy(verdict => verdict.WalletId).Select(verdict => (verdict.WalletId, verdict.FirstBrokenVersion!.Value)));
    }

    [Fact]
    public async Task Wallets_that_go_on_are_verified_as_they_were_at_some_moment()
    {
        await using var busy = await Books.OpenAsync();
        var wallets = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => busy.Cluster.OpenAsync(1)));
        using var stop = new CancellationTokenSource();
        var traffic = wallets.Select(async walletId =>
        {
            while (!stop.IsCancellationRequested)
            {
                await busy.DoAsync(walletId, new Deposit(WalletCluster.NewRequest(), WalletCluster.Usd(1)));
            }
        }).ToArray();
        var opening = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await busy.Cluster.OpenAsync(1);
            }
        }, Cancelled);

        var rounds = new List<ConcurrentBag<WalletVerdict>>();
        try
        {
            while (rounds.Count < 20)
            {
                rounds.Add([]);
                await busy.Verifier.VerifyAllAsync(rounds[^1].Add, Cancelled);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll([.. traffic, opening]);
        }

        Assert.All(rounds, round => Assert.True(round.Count >= wallets.Length));
        Assert.All(rounds.SelectMany(round => round), verdict => Assert.True(verdict.IsValid, $"{verdict}"));
        Assert.True(rounds[^1].Sum(verdict => verdict.Entries) > rounds[0].Sum(verdict => verdict.Entries), "Nothing went on meanwhile.");
    }

    private async Task<WalletVerdict> VerdictAsync(Guid walletId) => (await books.Verifier.VerifyAsync(walletId, null, Cancelled))! with { WalletId = Guid.Empty };

    private Task RewriteAsync(Guid walletId, Func<Entry, Entry> change) => Rewriting.RewriteAsync(books, walletId, change);
}

/// <summary>Writes a history anew with a chain that is whole, as an intruder with the source code would.</summary>
internal static class Rewriting
{
    public static async Task RewriteAsync(Books books, Guid walletId, Func<Entry, Entry> change)
    {
        var head = (await books.Histories.FindWalletAsync(walletId, CancellationToken.None))!.Head;
        var rows = await books.Histories.ReadEntriesAsync(walletId, 0, walletId, 1_000, CancellationToken.None);
        var state = WalletRows.ToState(head) with { BalanceMinor = 0, HeldMinor = 0, Version = 0, Details = WalletDetails.None, UpdatedAt = head.CreatedAt };
        var hash = HashChain.Begin(state);
        foreach (var row in rows)
        {
            var entry = change(EntryContent.Decode(row.Content));
            var content = EntryContent.Encode(entry);
            hash = HashChain.Next(hash, content);
            await books.FalsifyAsync(
                "update entries set content = $3, hash = $4 where wallet_id = $1 and version = $2", walletId, row.Version, content, hash);
        }

        await books.FalsifyAsync("update wallets set head_hash = $2 where wallet_id = $1", walletId, hash);
    }
}
