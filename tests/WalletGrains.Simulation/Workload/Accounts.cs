using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Simulation.Workload;

/// <summary>
/// The wallets of a run: a ring of ordinary ones, the first of them hot; one that is almost full; one that is often empty; one in
/// another currency; and one that does not exist.
/// </summary>
internal sealed class Accounts
{
    /// <summary>What the purse is filled and emptied with.</summary>
    public const long PurseAmount = 100;

    private const int RingSize = 4;

    private readonly Random _random;

    public Accounts(Random random)
    {
        _random = random;
        Ring = [.. Enumerable.Range(0, RingSize).Select(_ => NewId())];
        (Full, Purse, Foreign, Missing, Caller) = (NewId(), NewId(), NewId(), NewId(), NewId());
    }

    public static Currency Home { get; } = Currency.Parse("NGN");

    public static Currency Abroad { get; } = Currency.Parse("JPY");

    public IReadOnlyList<Guid> Ring { get; }

    /// <summary>In most requests.</summary>
    public Guid Hot => Ring[0];

    /// <summary>Its balance is so near the limit that it refuses most credits.</summary>
    public Guid Full { get; }

    /// <summary>Filled and emptied all the time, so that it can be closed now and then.</summary>
    public Guid Purse { get; }

    public Guid Foreign { get; }

    public Guid Missing { get; }

    /// <summary>Who asks for bulk transfers.</summary>
    public Guid Caller { get; }

    public IEnumerable<Guid> Opened => [.. Ring, Full, Purse, Foreign];

    public long OpeningDeposit(Guid wallet) => wallet == Full ? Limits.MaxAmountMinor - 300 : wallet == Purse ? PurseAmount : 5_000;

    public Currency CurrencyOf(Guid wallet) => wallet == Foreign ? Abroad : Home;

    public OpenWallet Opening(Guid wallet) => new(CurrencyOf(wallet), OwnerId: null);

    /// <summary>A wallet to ask: usually the hot one or one of the ring.</summary>
    public Guid Any() => _random.Next(100) switch
    {
        < 45 => Hot,
        < 86 => Ring[_random.Next(Ring.Count)],
        < 90 => Full,
        < 95 => Purse,
        < 98 => Foreign,
        _ => Missing,
    };

    /// <summary>The next wallet of the ring, or now and then one that must not or cannot receive.</summary>
    public Guid ReceiverFor(Guid payer) => _random.Next(100) switch
    {
        < 72 => Ring[(Ring.ToList().IndexOf(payer) + 1) % Ring.Count],
        < 87 => Full,
        < 91 => Purse,
        < 94 => Foreign,
        < 97 => payer,
        _ => Missing,
    };

    public Guid NewId()
    {
        var bytes = new byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
