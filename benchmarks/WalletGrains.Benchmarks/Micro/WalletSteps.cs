using BenchmarkDotNet.Attributes;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using WalletGrains.Grains;

namespace WalletGrains.Benchmarks.Micro;

/// <summary>What a wallet does in its turn for one deposit, step by step.</summary>
public class WalletSteps
{
    private static readonly Currency Usd = Currency.Parse("USD");

    private readonly DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly Guid _entryId = Guid.CreateVersion7();
    private readonly IdGenerator _ids = new(TimeProvider.System);
    private WalletState _state = null!;
    private readonly Deposit _deposit = new(RequestId.FromClient(Guid.NewGuid().ToString("N")), new Money(1_00, Usd));
    private WalletEvent _happened = null!;
    private Entry _entry = null!;
    private byte[] _content = [];
    private byte[] _hash = [];

    [GlobalSetup]
    public void Setup()
    {
        _state = WalletState.Opened(Guid.CreateVersion7(), new OpenWallet(Usd, null), _now);
        _happened = Decide().Event!;
        _entry = Postings.EntryOf(_happened, _state, Evolve());
        _content = EncodeEntry();
        _hash = HashChain.Begin(_state);
    }

    [Benchmark]
    public byte[] FingerprintOfCommand() => Fingerprint.Of(_deposit);

    [Benchmark]
    public WalletDecision Decide() => WalletDecider.Decide(_deposit, _state, _entryId, _now);

    [Benchmark]
    public WalletState Evolve() => WalletDecider.Evolve(_state, _happened);

    [Benchmark]
    public byte[] EncodeEntry() => EntryContent.Encode(_entry);

    [Benchmark]
    public byte[] HashEntry() => HashChain.Next(_hash, _content);

    [Benchmark]
    public Guid NewEntryId() => _ids.NewId();
}
