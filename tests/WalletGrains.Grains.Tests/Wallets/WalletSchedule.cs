using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Tests.Wallets;

/// <summary>A request and its answer.</summary>
internal sealed record Call(MoneyCommand Command, Task<WalletOutcome> Answer);

/// <summary>
/// One random life of a wallet with two activations that fight over it: commands and repeats, commits, conflicts, lost
/// answers, appends that arrive late, outages, and time that passes. The seed decides everything.
/// </summary>
internal sealed class WalletSchedule
{
    private const int Steps = 120;

    private readonly Random _random;
    private readonly WalletBench[] _activations;
    private readonly List<HeldAppend> _zombies = [];
    private readonly List<MoneyCommand> _sent = [];

    public WalletSchedule(int seed)
    {
        _random = new Random(seed);
        var first = WalletBench.Opened();
        _activations = [first, new WalletBench(first.Journal.OtherSilo(), first.Time, first.WalletId)];
    }

    public List<Call> Calls { get; } = [];

    public IReadOnlyList<WalletAppend> Applied => _activations[0].Journal.Applied;

    /// <summary>Of <see cref="Calls"/>: those made in the course of the faults. The rest repeats each request in good health.</summary>
    public int CallsBeforeRepeats { get; private set; }

    /// <summary>Of <see cref="Applied"/>: what was durable before the repeats.</summary>
    public int AppliedBeforeRepeats { get; private set; }

    public void Run()
    {
        for (var i = 0; i < Steps; i++)
        {
            Step(_activations[_random.Next(2)]);
        }

        Heal();
        (CallsBeforeRepeats, AppliedBeforeRepeats) = (Calls.Count, Applied.Count);
        RepeatEverything();
    }

    private void Step(WalletBench activation)
    {
        switch (_random.Next(100))
        {
            case < 45:
                Send(activation, NextCommand());
                break;
            case < 85:
                EndNextAppend(activation);
                break;
            case < 90:
                activation.Journal.ReadFailure = activation.Journal.ReadFailure is null ? new JournalUnavailableException("Scripted.") : null;
                break;
            case < 93:
                activation.Journal.AppendFailure = activation.Journal.AppendFailure is null ? new JournalOverloadedException("Scripted.") : null;
                break;
            case < 96 when _zombies.Count > 0:
                var zombie = _zombies[_random.Next(_zombies.Count)];
                _zombies.Remove(zombie);
                zombie.CommitLate();
                break;
            default:
                Pass(TimeSpan.FromMilliseconds(_random.Next(1, 3_000)));
                break;
        }
    }

    /// <summary>Appends of one journal reach the database in the order of the calls, whatever becomes of each.</summary>
    private void EndNextAppend(WalletBench activation)
    {
        if (activation.Journal.InFlight.Count == 0)
        {
            return;
        }

        var next = activation.Journal.InFlight[0];
        switch (_random.Next(100))
        {
            case < 75:
                next.Commit();
                break;
            case < 85:
                next.Drop();
                break;
            case < 92:
                next.CommitAndLoseAnswer();
                break;
            default:
                next.LoseAnswer();
                _zombies.Add(next);
                break;
        }

        // Sometimes several answers arrive before the activation gets a turn.
        if (_random.Next(3) > 0)
        {
            activation.Run();
        }
    }

    private void Heal()
    {
        foreach (var activation in _activations)
        {
            activation.Journal.ReadFailure = null;
            activation.Journal.AppendFailure = null;
        }

        for (var i = 0; i < 3; i++)
        {
            Settle();
        }
    }

    /// <summary>In a healthy cluster every request ends definitely, unknown ones included.</summary>
    private void RepeatEverything()
    {
        foreach (var command in _sent)
        {
            Send(_activations[_random.Next(2)], command);
            Settle();
        }
    }

    private void Settle()
    {
        while (_activations.Any(activation => activation.Journal.InFlight.Count > 0))
        {
            foreach (var activation in _activations)
            {
                activation.Commit();
            }
        }

        if (Calls.Exists(call => !call.Answer.IsCompleted))
        {
            Pass(TimeSpan.FromSeconds(1));
            foreach (var activation in _activations)
            {
                activation.Commit();
            }
        }
    }

    private void Pass(TimeSpan time)
    {
        _activations[0].Advance(time);
        _activations[1].Run();
    }

    private void Send(WalletBench activation, MoneyCommand command) => Calls.Add(new Call(command, activation.Execute(command)));

    private MoneyCommand NextCommand()
    {
        if (_sent.Count > 0 && _random.Next(100) < 30)
        {
            var repeated = _sent[_random.Next(_sent.Count)];
            return _random.Next(100) < 85 ? repeated : repeated with { Amount = WalletBench.Usd(repeated.Amount.MinorUnits + 1) };
        }

        var (id, amount) = (RequestId.FromClient($"r{_sent.Count}"), WalletBench.Usd(_random.Next(1, 100)));
        MoneyCommand command = _random.Next(2) == 0 ? new Deposit(id, amount) : new Withdraw(id, amount);
        _sent.Add(command);
        return command;
    }
}
