using Orleans.InProcess.Simulation;

namespace WalletGrains.Simulation.Audit;

/// <summary>
/// Knows what must be. It sees every commit of the database and every request and answer of the clients, keeps naive books of
/// its own, and fails the run at the first thing that does not fit. It shares no code with the product's rules: it decides,
/// reads stored bytes and hashes by itself.
/// </summary>
/// <remarks>
/// The order of the commits is the order in which things happened. A commit must be what a wallet with this history has to
/// decide about a request that somebody has made; an answer must tell what is committed at that moment. So effects lie between
/// request and answer, which is real-time order, and whatever was told survives, because the books are compared with the
/// database in the end.
/// </remarks>
internal sealed partial class Auditor(SimulatedWorld world)
{
    private JobBooks? _jobs;
    private BankBooks? _bank;
    private BalanceBooks? _balances;
    private ScheduleBooks? _schedules;
    private BillBooks? _bills;
    private readonly Dictionary<Guid, WalletBook> _wallets = [];
    private readonly Dictionary<Guid, TransferBook> _transfers = [];

    // By the request ids of credit and refund.
    private readonly Dictionary<string, TransferBook> _byStep = [];

    // Per currency: what came in from outside, less what went out.
    private readonly Dictionary<string, long> _outside = [];

    public IEnumerable<WalletBook> Wallets => _wallets.Values;

    public IEnumerable<TransferBook> Transfers => _transfers.Values;

    public Coverage Coverage { get; } = new();

    /// <summary>What must be of jobs.</summary>
    public JobBooks Jobs => _jobs ??= new JobBooks(world, Coverage);

    /// <summary>What must be of virtual accounts and of what the bank reports.</summary>
    public BankBooks Bank => _bank ??= new BankBooks(world, Coverage, Jobs, _wallets.GetValueOrDefault);

    /// <summary>What must be of balances from the core banking system.</summary>
    public BalanceBooks Balances => _balances ??= new BalanceBooks(world, Coverage);

    /// <summary>What must be of schedules.</summary>
    public ScheduleBooks Schedules => _schedules ??= new ScheduleBooks(world, Coverage, _wallets.GetValueOrDefault);

    /// <summary>What must be of payments of bills.</summary>
    public BillBooks Bills => _bills ??= new BillBooks(world, Coverage, Jobs, _wallets.GetValueOrDefault);

    /// <summary>Every hold ever placed, oldest first.</summary>
    public List<(Guid WalletId, Guid HoldId)> Holds { get; } = [];

    /// <summary>How wrong times of entries may be: as much as the time is known, and more never, whatever clocks say.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);

    /// <summary>Commits seen.</summary>
    public int Commits { get; private set; }

    /// <summary>Whether a hold is open though its time is over.</summary>
    public bool HasOverdueHolds => _wallets.Values.Any(wallet =>
        wallet.Holds.Values.Any(hold => hold.Status == "ACTIVE" && hold.ExpiresAt <= SimulatedWorld.Epoch + world.Now));

    /// <summary>Until when a wallet had two activations; null when it never had.</summary>
    public Func<Guid, TimeSpan?> DuplicatedUntil { get; set; } = _ => null;

    /// <summary>A wallet that the workload opens. Others do not exist.</summary>
    public void Expect(Guid walletId, string currency) => _wallets.Add(walletId, new WalletBook(walletId, currency));

    /// <summary>A message with this request id is going to be executed twice.</summary>
    public void NoteRepeated(string requestId)
    {
        // Client ids are drawn once for all wallets, ids of steps are unique anyway.
        foreach (var wallet in _wallets.Values)
        {
            if (wallet.Requests.TryGetValue(requestId, out var request))
            {
                request.IsRepeated = true;
            }
        }
    }

    /// <summary>Fails the run unless this holds.</summary>
    private void Require(bool holds, Func<string> violation)
    {
        if (!holds)
        {
            world.Fail(new AuditException(violation()));
        }
    }

    private void Violation(string text) => Require(false, () => text);
}
