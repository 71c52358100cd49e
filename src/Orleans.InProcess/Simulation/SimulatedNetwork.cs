using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.InProcess.Simulation;

/// <summary>
/// Calls as messages: a request to the silo of the target, a reply to the caller. Each may be lost or late, a request may be
/// repeated, and either is lost when its receiver is dead. Inside a silo calls are safe and take no time.
/// </summary>
internal sealed class SimulatedNetwork(SimulatedWorld world, SimulatedDirectory directory)
{
    private readonly Random _random = world.NewRandom("network");

    public NetworkFaults Faults { get; } = new();

    /// <summary>Told of every request that is going to arrive twice.</summary>
    public Action<IInvokable>? Repeating { get; set; }

    public void Send(SiloProcess from, Call call)
    {
        // A call that an activation passes on is on its way already.
        var exchange = call.Passage as Exchange ?? new Exchange(from, call);
        var to = directory.Find(from, call.Target);
        if (to is null)
        {
            var refused = call.Repeat();
            refused.Passage = exchange;
            refused.Fail(new SiloUnavailableException($"No silo is there to take {call}."));
            Reply(exchange, refused, TimeSpan.Zero);
            return;
        }

        exchange.To = to;
        to.Note(exchange);
        Note(from, to, call, "to");
        if (to == from)
        {
            world.After(TimeSpan.Zero, () => Deliver(call, exchange, to));
            return;
        }

        if (Happens(Faults.Lose))
            Note(from, to, call, "lost to");
        else
            world.After(Travel(), () => Deliver(call, exchange, to));

        if (Happens(Faults.Repeat))
        {
            Note(from, to, call, "repeated to");
            Repeating?.Invoke(call);
            world.After(Travel() + Lateness(), () => Deliver(call, exchange, to));
        }
    }

    public void Answer(SiloProcess at, Call call)
    {
        if (call.Passage is not Exchange { IsOneWay: false } exchange)
            return;

        if (at == exchange.From)
            Reply(exchange, call, TimeSpan.Zero);
        else if (Happens(Faults.Lose))
            Note(at, exchange.From, call, "lost answer to");
        else
            Reply(exchange, call, Travel());
    }

    /// <summary>The time a message takes.</summary>
    public TimeSpan Travel()
    {
        var time = Faults.MinDelay + ((Faults.MaxDelay - Faults.MinDelay) * _random.NextDouble());
        return Happens(Faults.Delay) ? time + Lateness() : time;
    }

    public bool Happens(double share) => share > 0 && _random.NextDouble() < share;

    private TimeSpan Lateness() => Faults.MaxLateness * _random.NextDouble();

    private void Deliver(Call call, Exchange exchange, SiloProcess to)
    {
        if (!to.Process.IsAlive)
            return;

        if (directory.HomeElsewhere(to, call.Target) is { } home)
        {
            exchange.To = home;
            home.Note(exchange);
            world.After(Travel(), () => Deliver(call, exchange, home));
            return;
        }

        // The callee gets a copy without the caller's promise: it cannot know whether anybody still waits.
        var copy = call.Repeat();
        copy.Reply = null;
        copy.Passage = exchange;
        to.Silo.Receive(copy);
    }

    private void Reply(Exchange exchange, Call outcome, TimeSpan delay)
    {
        Note(exchange.To, exchange.From, outcome, "answer to");
        world.After(delay, () =>
        {
            if (!exchange.From.Process.IsAlive)
                return;

            outcome.Reply = exchange.Call.Reply;
            outcome.Answer();
        });
    }

    private void Note(SiloProcess? from, SiloProcess to, Call call, string what)
    {
        world.Trace.Mix(call.Target.GetHashCode());
        world.Trace.Mix(what.Length);
        if (world.Trace.IsListening)
            world.Trace.Write(from?.Process.Name ?? "network", $"{what} {to}: {call} {Arguments(call)}{(call.Failure is { } failure ? $" -> {failure.GetType().Name}" : "")}");
    }

    private static string Arguments(Call call) =>
        string.Join(", ", Enumerable.Range(0, call.GetArgumentCount()).Select(call.GetArgument));
}

/// <summary>A request and the way back to who sent it.</summary>
internal sealed class Exchange(SiloProcess from, Call call)
{
    public SiloProcess From { get; } = from;

    public Call Call { get; } = call;

    /// <summary>Where the request went last.</summary>
    public SiloProcess? To { get; set; }

    public bool IsOneWay => Call.Reply is null;

    /// <summary>Tells the caller that the silo it called is dead.</summary>
    public void Break(SiloProcess dead)
    {
        if (To == dead && From.Process.IsAlive)
            Call.Reply?.Fail(new SiloUnavailableException($"The silo {dead} is dead. {Call} may or may not have been executed."));
    }
}

/// <summary>The path of the calls of one silo.</summary>
internal sealed class SimulatedCallPath(SimulatedNetwork network, SiloProcess process) : ICallPath
{
    public void Send(Call call) => network.Send(process, call);

    public void Answer(Call call) => network.Answer(process, call);
}
