using Orleans.InProcess.Simulation;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Simulation.Audit;

namespace WalletGrains.Simulation.Workload;

/// <summary>
/// The clients of a run. Each has some sessions that ask one thing after the other; what gets no definite answer is asked again
/// at once, later, or not before the faults are over.
/// </summary>
internal sealed class Clients(SimulatedWorld world, Auditor auditor, Accounts accounts, IReadOnlyList<SimulatedClient> clients)
{
    private const int Sessions = 7;
    private const int RequestsPerSession = 45;
    private const int MaxTries = 40;

    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(6);

    private readonly Random _random = world.NewRandom("workload");
    private readonly HashSet<(Guid WalletId, RequestId RequestId, Content Content)> _decided = [];
    private RequestMix? _requests;
    private Reader? _reader;
    private int _running;

    /// <summary>Whether all sessions have come to their end.</summary>
    public bool AreDone => _running == 0;

    private Reader Reader => _reader ??= new Reader(world, auditor, accounts, _random);

    private RequestMix Requests => _requests ??= new RequestMix(_random, accounts, auditor);

    /// <summary>Opens the wallets, starts the jobs, and puts the first money in.</summary>
    /// <param name="kinds">The kinds of jobs that are driven.</param>
    public void Open(IEnumerable<string> kinds)
    {
        foreach (var wallet in accounts.Opened)
        {
            auditor.Expect(wallet, accounts.CurrencyOf(wallet).Code);
            Run(clients[0], session => OpenAsync(session, wallet));
        }

        foreach (var kind in kinds)
        {
            Run(clients[0], session => UntilItWorksAsync(session, grains => grains.GetGrain<IJobGrain>(kind).StartAsync()));
        }
    }

    /// <summary>Starts the sessions.</summary>
    public void Begin()
    {
        for (var i = 0; i < Sessions; i++)
        {
            Run(clients[i % clients.Count], AskAndReadAsync);
        }
    }

    /// <summary>Starts a session of somebody else.</summary>
    public void Start(Func<SimulatedClient, Task> session) => Run(clients[_random.Next(clients.Count)], session);

    /// <summary>Asks everything again that has no definite answer, until it has.</summary>
    public void Resolve()
    {
        foreach (var operation in Requests.Made.Where(operation => !_decided.Contains((operation.WalletId, operation.RequestId, operation.Content))))
        {
            Run(clients[_random.Next(clients.Count)], session => ResolveAsync(session, operation));
        }
    }

    /// <summary>Repeats requests that are decided, and reads every wallet once more.</summary>
    public void AskAgain()
    {
        foreach (var operation in Requests.Made.Where(_ => _random.Next(4) == 0))
        {
            Run(clients[_random.Next(clients.Count)], session => ResolveAsync(session, operation));
        }

        foreach (var wallet in accounts.Opened)
        {
            Run(clients[_random.Next(clients.Count)], session => ReadAsync(session, grains => Reader.ReadWalletAsync(grains, wallet)));
        }
    }

    private void Run(SimulatedClient client, Func<SimulatedClient, Task> session)
    {
        _running++;
        client.Process.Start(async () =>
        {
            await session(client);
            _running--;
        });
    }

    private async Task OpenAsync(SimulatedClient session, Guid wallet)
    {
        await UntilItWorksAsync(session, grains => grains.GetGrain<IWalletGrain>(wallet).OpenAsync(accounts.Opening(wallet)));
        await ResolveAsync(session, Requests.Deposit(wallet, accounts.OpeningDeposit(wallet)));
    }

    private async Task AskAndReadAsync(SimulatedClient session)
    {
        for (var i = 0; i < RequestsPerSession; i++)
        {
            // In bursts, so that requests meet one another, and over all the time of the faults.
            var pause = _random.Next(100) switch
            {
                < 40 => TimeSpan.Zero,
                < 80 => ShortPause * _random.NextDouble(),
                _ => LongPause * _random.NextDouble(),
            };
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, session.Process.Clock);
            }

            if (_random.Next(3) == 0)
            {
                await ReadAsync(session, Reader.ReadAsync);
                continue;
            }

            var operation = Requests.Next();
            var isDecided = await AskAsync(session, operation);
            if (!isDecided && _random.Next(2) == 0)
            {
                await AskAsync(session, operation);
            }
        }
    }

    private async Task ResolveAsync(SimulatedClient session, Operation operation)
    {
        for (var tries = 0; !await AskAsync(session, operation); tries++)
        {
            if (tries == MaxTries)
            {
                throw new AuditException($"Request {operation} has no definite answer after {MaxTries} tries.");
            }

            await Task.Delay(TimeSpan.FromSeconds(1), session.Process.Clock);
        }
    }

    private async Task<bool> AskAsync(SimulatedClient session, Operation operation)
    {
        var attempt = auditor.NoteSent(operation.WalletId, operation.RequestId, operation.Content);
        Note(session, "asks", operation);
        try
        {
            var isDecided = await operation.SendAsync(session.Cluster, auditor, attempt, accounts.NewId);
            Note(session, isDecided ? "knows" : "does not know", operation);
            if (isDecided)
            {
                _decided.Add((operation.WalletId, operation.RequestId, operation.Content));
            }

            return isDecided;
        }
        catch (UnavailableException)
        {
            Auditor.NoteNothingHappened(attempt);
            return false;
        }
        catch (Exception e) when (IsNoAnswer(e))
        {
            Note(session, "hears nothing of", operation);
            return false;
        }
    }

    private async Task ReadAsync(SimulatedClient session, Func<IGrainFactory, Task> read)
    {
        try
        {
            await read(session.Cluster);
            Note(session, "has read", null);
        }
        catch (Exception e) when (IsNoUse(e))
        {
            Note(session, "reads nothing because of", e.GetType().Name);
        }
    }

    /// <summary>Repeats a call until it is answered.</summary>
    public static async Task UntilItWorksAsync(SimulatedClient session, Func<IGrainFactory, Task> call)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await call(session.Cluster);
                return;
            }
            catch (Exception e) when (tries < MaxTries && IsNoUse(e))
            {
                await Task.Delay(TimeSpan.FromSeconds(1), session.Process.Clock);
            }
        }
    }

    /// <summary>A call that has told nothing and may be repeated.</summary>
    public static bool IsNoUse(Exception e) => e is UnavailableException || IsNoAnswer(e);

    /// <summary>A call that may or may not have been executed, and nobody knows.</summary>
    private static bool IsNoAnswer(Exception e) => e is OutcomeUnknownException or TimeoutException or OrleansException;

    private void Note(SimulatedClient session, string what, object? subject)
    {
        world.Trace.Mix(world.Now.Ticks);
        if (world.Trace.IsListening)
        {
            world.Trace.Write(session.Process.Name, $"{what} {subject}");
        }
    }
}
