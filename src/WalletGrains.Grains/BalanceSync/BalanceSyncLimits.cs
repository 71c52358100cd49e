namespace WalletGrains.Grains.BalanceSync;

/// <summary>Every limit of the balance sync that is no setting.</summary>
internal static class BalanceSyncLimits
{
    /// <summary>Digits of an amount: what a decimal keeps exactly.</summary>
    public const int MaxDigits = 28;

    /// <summary>The largest balance the store takes.</summary>
    public const decimal MaxBalance = 1e18m;

    /// <summary>Calls of which half must fail before the core banking system is left alone.</summary>
    public const int BreakerCalls = 5;

    /// <summary>Within this time: twelve calls that each take as long as they may.</summary>
    public static readonly TimeSpan BreakerWindow = TimeSpan.FromMinutes(1);

    /// <summary>How long it is left alone; then one call tries.</summary>
    public static readonly TimeSpan BreakerPause = TimeSpan.FromSeconds(15);

    /// <summary>Accounts that a step of the sweep queues.</summary>
    public const int SweepPage = 200;

    /// <summary>Where the calls have a rate, the sweep keeps at most as much queued as takes so long: what is asked for after a transaction waits behind it.</summary>
    public static readonly TimeSpan SweepAhead = TimeSpan.FromSeconds(30);

    /// <summary>Accounts the sweep keeps queued where the calls have no rate.</summary>
    public const int MaxSweepAhead = 5_000;

    /// <summary>How long the sweep waits when enough is queued; far below <see cref="SweepAhead"/>, so that there is always something.</summary>
    public static readonly TimeSpan SweepPause = TimeSpan.FromSeconds(1);

    /// <summary>Wallets of which a consumer of transactions remembers whether they belong to a mobile user, some 80 bytes each; beyond it all are forgotten.</summary>
    public const int MaxKnownOwners = 50_000;

    /// <summary>Logins of one user that wait for a balance at the same time; another one is shown the stored balance at once.</summary>
    public const int MaxWaiting = 16;

    /// <summary>How old the counts of succeeded and failed accounts may be that are shown. Counting a hundred thousand takes 60 to 75 ms: a hundredth of this.</summary>
    public static readonly TimeSpan ProgressAge = TimeSpan.FromSeconds(5);

    /// <summary>How long before its time is over a login looks once more at what is stored: what it waited for may be there, and who told of it have gone.</summary>
    public static readonly TimeSpan LastLook = TimeSpan.FromMilliseconds(100);

    /// <summary>Accounts that are gone one after another, on one silo, before that is believed of no further one: it is as likely as that the address is wrong.</summary>
    public const int MaxGoneInARow = 10;
}
