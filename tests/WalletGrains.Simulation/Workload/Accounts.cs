using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Simulation.Workload;

/// <summary>The wallets of a run: a hot one, a ring of ordinary ones, one that is almost full, one in another currency, and one that does not exist.</summary>
internal sealed class Accounts
{
    private const int RingSize = 4;

    private readonly Random _random;

    public Accounts(Random random)
    {
        _random = random;
        Ring = [.. Enumerable.Range(0, RingSize).Select(_ => NewId())];
        (Hot, Full, Foreign, Missing) = (Ring[0], NewId(), NewId(), NewId());
    }

    public static Currency Home { get; } = Currency.Parse("NGN");

    public static Currency Abroad { get; } = Currency.Parse("JPY");

    public IReadOnlyList<Guid> Ring { get; }

    /// <summary>The first of the ring, and in most requests.</summary>
    public Guid Hot { get; }

    /// <summary>Its balance is so near the limit that it refuses most credits.</summary>
    public Guid Full { get; }

    public Guid Foreign { get; }

    public Guid Missing { get; }

    public IEnumerable<Guid> Opened => [.. Ring, Full, Foreign];

    public static long OpeningDeposit(Guid wallet, Accounts accounts) => wallet == accounts.Full ? Limits.MaxAmountMinor - 300 : 5_000;

    public Currency CurrencyOf(Guid wallet) => wallet == Foreign ? Abroad : Home;

    public OpenWallet Opening(Guid wallet) => new(CurrencyOf(wallet), OwnerId: null);

    /// <summary>A wallet to ask: usually the hot one or one of the ring.</summary>
    public Guid Any() => _random.Next(100) switch
    {
        < 45 => Hot,
        < 90 => Ring[_random.Next(Ring.Count)],
        < 94 => Full,
        < 98 => Foreign,
        _ => Missing,
    };

    /// <summary>The next wallet of the ring, or now and then one that must not or cannot receive.</summary>
    public Guid ReceiverFor(Guid payer) => _random.Next(100) switch
    {
        < 75 => Ring[(Ring.ToList().IndexOf(payer) + 1) % Ring.Count],
        < 90 => Full,
        < 94 => Foreign,
        < 97 => payer,
        _ => Missing,
    };

    private Guid NewId()
    {
        var bytes = new byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
