using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Fraud;
using WalletGrains.Grains.Wallets;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.Wallets;

/// <summary>One activation of a wallet in USD, its journal and its clock, all moved by the test.</summary>
internal sealed class WalletBench
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);
    private readonly WalletPipeline _pipeline;

    public WalletBench(ScriptedJournal? journal = null, ManualTimeProvider? time = null, Guid? walletId = null, FraudGate? gate = null, TimeProvider? clock = null)
    {
        Journal = journal ?? new ScriptedJournal();
        Time = time ?? new ManualTimeProvider();
        WalletId = walletId ?? Guid.CreateVersion7(Time.GetUtcNow());
        _pipeline = new WalletPipeline(
            WalletId, Journal, gate ?? FraudGate.Open, new IdGenerator(Time), clock ?? Time, new DeadlineClock(Time), NullLogger<WalletPipeline>.Instance);
    }

    public ScriptedJournal Journal { get; }

    public ManualTimeProvider Time { get; }

    /// <summary>Commands that the activation keeps for their deadlines.</summary>
    public int Watched => _pipeline.Watched;

    public Turns Turns { get; } = new();

    public Guid WalletId { get; }

    /// <summary>The wallet, opened, in memory, with this balance in minor units.</summary>
    public static WalletBench Opened(long balanceMinor = 0)
    {
        var bench = new WalletBench();
        bench.Open();
        if (balanceMinor > 0)
        {
            var opening = bench.Deposit("opening", balanceMinor);
            bench.Commit();
            Accepted(opening);
        }

        return bench;
    }

    public static Money Usd(long minor) => new(minor, Currency.Parse("USD"));

    public void Open() => Assert.True(Call(pipeline => pipeline.OpenAsync(new OpenWallet(Currency.Parse("USD"), null))).IsCompletedSuccessfully);

    public Task<WalletOutcome> Deposit(string requestId, long minor) => Execute(new Deposit(RequestId.FromClient(requestId), Usd(minor)));

    public Task<WalletOutcome> Withdraw(string requestId, long minor) => Execute(new Withdraw(RequestId.FromClient(requestId), Usd(minor)));

    public Task<WalletOutcome> Execute(WalletCommand command) => Call(pipeline => pipeline.ExecuteAsync(command));

    /// <summary>The same from within a turn that the test has posted itself.</summary>
    public Task<WalletOutcome> ExecuteInTurn(WalletCommand command) => _pipeline.ExecuteAsync(command);

    public Task<Wallet?> Get() => Call(pipeline => pipeline.GetAsync());

    public long Balance() => Answered(Get())!.BalanceMinor;

    /// <summary>Commits everything in flight, and what follows from it.</summary>
    public void Commit()
    {
        while (Journal.InFlight.Count > 0)
        {
            Journal.CommitAll();
            Run();
        }
    }

    /// <summary>Lets the activation do what it can do now.</summary>
    public void Run() => Turns.RunUntilIdle();

    /// <summary>Moves the clock by small steps, so that what a timer starts can start timers.</summary>
    public void Advance(TimeSpan by)
    {
        for (var left = by; left > TimeSpan.Zero; left -= Tick)
        {
            Time.Advance(left < Tick ? left : Tick);
            Run();
        }
    }

    public Task<T> Call<T>(Func<WalletPipeline, Task<T>> call)
    {
        // Awaited within the turns: an answer of the pipeline comes on none.
        var answer = Turns.Post(async () => await call(_pipeline));
        Run();
        return answer;
    }

    public static WalletOutcome.Accepted Accepted(Task<WalletOutcome> answer) => Assert.IsType<WalletOutcome.Accepted>(Answered(answer));

    public static WalletOutcome.Refused Refused(Task<WalletOutcome> answer) => Assert.IsType<WalletOutcome.Refused>(Answered(answer));

    public static NotDecidedReason NotDecided(Task<WalletOutcome> answer) => Assert.IsType<WalletOutcome.NotDecided>(Answered(answer)).Reason;

    public static T Answered<T>(Task<T> answer)
    {
        Assert.True(answer.IsCompleted, "The caller has no answer.");
        return answer.GetAwaiter().GetResult();
    }
}
