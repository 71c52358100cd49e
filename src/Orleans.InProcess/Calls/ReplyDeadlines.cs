using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>
/// All open replies of a silo, so that each gets a <see cref="TimeoutException"/> at its deadline.
/// Opening and closing one costs two pointer swaps under a striped lock; only the sweep looks at deadlines.
/// </summary>
internal sealed class ReplyDeadlines
{
    private const int StripeCount = 16;

    private readonly Stripe[] _stripes = new Stripe[StripeCount];
    private readonly TimeSpan _defaultTimeout;
    private bool _closed;

    public ReplyDeadlines(TimeSpan defaultTimeout)
    {
        _defaultTimeout = defaultTimeout;
        for (var i = 0; i < StripeCount; i++)
            _stripes[i] = new Stripe();
    }

    public void Open(Reply reply, Call call, long now)
    {
        var timeout = call.Method.ResponseTimeout ?? _defaultTimeout;
        reply.Call = call;
        reply.Timeout = timeout;
        reply.Deadline = now + timeout.Ticks;
        _stripes[Environment.CurrentManagedThreadId & (StripeCount - 1)].Add(reply);
        if (Volatile.Read(ref _closed))
            reply.Fail(Stopped(call));
    }

    /// <summary>Fails the replies whose deadline has passed.</summary>
    public void Sweep(long now)
    {
        foreach (var reply in Collect(reply => reply.Deadline < now))
        {
            reply.Fail(new TimeoutException(
                $"Response did not arrive on time in {reply.Timeout} for {reply.Call}. It may still be executed."));
        }
    }

    /// <summary>Fails all open replies, and those opened from now on: their silo is gone.</summary>
    public void Close()
    {
        Volatile.Write(ref _closed, true);
        foreach (var reply in Collect(_ => true))
            reply.Fail(Stopped(reply.Call!));
    }

    private static SiloUnavailableException Stopped(Call call) => new($"The silo stopped before the reply to {call}.");

    private List<Reply> Collect(Predicate<Reply> match)
    {
        var found = new List<Reply>();
        foreach (var stripe in _stripes)
            stripe.Collect(match, found);

        return found;
    }

    /// <summary>One part of the open replies, with a lock of its own.</summary>
    internal sealed class Stripe
    {
        private readonly Lock _gate = new();
        private Reply? _first;

        public void Add(Reply reply)
        {
            lock (_gate)
            {
                reply.Stripe = this;
                reply.Following = _first;
                if (_first is not null)
                    _first.Previous = reply;
                _first = reply;
            }
        }

        public void Remove(Reply reply)
        {
            lock (_gate)
            {
                if (reply.Previous is not null)
                    reply.Previous.Following = reply.Following;
                else if (ReferenceEquals(_first, reply))
                    _first = reply.Following;

                if (reply.Following is not null)
                    reply.Following.Previous = reply.Previous;

                reply.Previous = reply.Following = null;
            }
        }

        public void Collect(Predicate<Reply> match, List<Reply> found)
        {
            lock (_gate)
            {
                for (var reply = _first; reply is not null; reply = reply.Following)
                {
                    if (match(reply))
                        found.Add(reply);
                }
            }
        }
    }
}
