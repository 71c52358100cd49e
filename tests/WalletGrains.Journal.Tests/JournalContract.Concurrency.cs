using Xunit;

namespace WalletGrains.Journal.Tests;

public abstract partial class JournalContract
{
    /// <summary>
    /// Every wallet is active twice, once per silo, and both activations are asked to carry out the same requests at the same
    /// time. Each request must have its effect exactly once, whoever wins.
    /// </summary>
    [Fact]
    public async Task Two_activations_of_each_of_100_wallets_carry_out_every_request_exactly_once()
    {
        const int wallets = 100;
        const int requests = 30;
        var opened = await Task.WhenAll(Enumerable.Range(0, wallets).Select(_ => TestWallet.OpenAsync(Journal)));

        await Task.WhenAll(opened.SelectMany(wallet => new[]
        {
            Task.Run(() => CarryOutAsync(Journal, wallet.Id, requests)),
            Task.Run(() => CarryOutAsync(OtherSilo, wallet.Id, requests)),
        }));

        foreach (var wallet in opened)
        {
            var loaded = (await Journal.LoadAsync(wallet.Id, [], Cancelled))!;
            Assert.Equal(requests, loaded.Head.Revision);
            var entries = await ReadAllAsync(wallet.Id);
            Assert.Equal(loaded.Head.Version, entries.Count);
            Assert.Equal(loaded.Head.BalanceMinor, entries.Sum(entry => entry.AmountMinor));
            var decisions = await Task.WhenAll(Enumerable.Range(0, requests).Select(i => Journal.FindDecisionAsync(wallet.Id, $"request-{i}", Cancelled)));
            Assert.All(decisions, Assert.NotNull);
        }
    }

    /// <summary>What a wallet grain does: decide on the tail, pipeline, and on a conflict load again and decide again.</summary>
    private static async Task CarryOutAsync(IJournal journal, Guid walletId, int requests)
    {
        var open = Enumerable.Range(0, requests).ToList();
        for (var round = 0; open.Count > 0; round++)
        {
            Assert.True(round < 10 * requests, "no progress");
            var loaded = (await journal.LoadAsync(walletId, [], Cancelled))!;
            var tail = new TestWallet { Head = loaded.Head };
            var appends = open.ConvertAll(i =>
                (Request: i, Status: journal.AppendAsync(i % 5 == 0 ? tail.Refuse($"request-{i}") : tail.Deposit(1 + i, $"request-{i}"))));
            foreach (var append in appends)
            {
                if (await append.Status != AppendStatus.HeadMoved)
                {
                    open.Remove(append.Request);
                }
            }
        }
    }
}
