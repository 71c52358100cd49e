using BenchmarkDotNet.Attributes;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Benchmarks.Micro;

/// <summary>A deposit decided, encoded, hashed and appended to a journal in memory: all of a deposit but the runtime and the database.</summary>
public class MemoryAppend
{
    /// <summary>The journal keeps everything, so each iteration has one of its own.</summary>
    private const int AppendsPerIteration = 10_000;

    private static readonly Currency Usd = Currency.Parse("USD");
    private static readonly byte[] Request = new byte[Fingerprint.Length];
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private MemoryJournal _journal = null!;
    private WalletState _state = null!;
    private byte[] _hash = [];

    [IterationSetup]
    public void Open()
    {
        _journal = new MemoryJournal();
        _state = WalletState.Opened(Guid.CreateVersion7(), new OpenWallet(Usd, null), Now);
        _hash = HashChain.Begin(_state);
        _journal.OpenAsync(HeadOf(_state, _hash)).GetAwaiter().GetResult();
    }

    [Benchmark(OperationsPerInvoke = AppendsPerIteration)]
    public async Task DecideAndAppend()
    {
        for (var i = 0; i < AppendsPerIteration; i++)
        {
            var deposit = new Deposit(RequestId.FromClient(Guid.NewGuid().ToString("N")), new Money(1_00, Usd));
            var happened = WalletDecider.Decide(deposit, _state, Guid.CreateVersion7(Now), Now).Event!;
            var after = WalletDecider.Evolve(_state, happened);
            var entry = Postings.EntryOf(happened, _state, after);
            var content = EntryContent.Encode(entry);
            var hash = HashChain.Next(_hash, content);
            var row = new WalletEntry(
                entry.WalletId, entry.Version, entry.EntryId, entry.RequestId.Value, Request, "FUND", entry.Amount.MinorUnits,
                entry.BalanceAfterMinor, entry.CounterAccount, entry.CreatedAt, content, hash);
            if (await _journal.AppendAsync(new WalletAppend(HeadOf(after, hash), _hash, row)) is not AppendStatus.Applied)
            {
                throw new InvalidOperationException("An append was not applied.");
            }

            (_state, _hash) = (after, hash);
        }
    }

    private static WalletHead HeadOf(WalletState state, byte[] hash) => new(
        state.WalletId, null, "USD", "OPEN", state.Version, state.Version, state.BalanceMinor, 0, hash, state.CreatedAt, state.UpdatedAt);
}
