using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>
/// One silo: its activations, its callers' open replies and its clock. Scheduler, time and call path come from
/// outside, and no state here is static, so several silos can live in one process.
/// </summary>
internal sealed class InProcessSilo
{
    private ITimer? _housekeeping;
    private long _nextCollection;
    private int _inHousekeeping;
    private SiloStatus _status = SiloStatus.Created;

    public InProcessSilo(
        InProcessSiloOptions options,
        IServiceProvider services,
        TimeProvider time,
        IGrainScheduler scheduler,
        Func<InProcessSilo, ICallPath> path,
        SiloAddress address,
        ILogger<InProcessSilo> logger,
        GrainClasses? classes = null)
    {
        options.Validate();
        Options = options;
        Services = services;
        Time = time;
        Scheduler = scheduler;
        Address = address;
        Log = new SiloLog(logger);
        Clock = new CoarseClock(time);
        Replies = new ReplyDeadlines(options.ResponseTimeout);
        Directory = new ActivationDirectory(this);
        Classes = classes ?? new GrainClasses(options);
        Interfaces = new GrainInterfaces(this);
        GrainFactory = new GrainFactory(this);
        Path = path(this);
    }

    public InProcessSiloOptions Options { get; }

    public IServiceProvider Services { get; }

    public TimeProvider Time { get; }

    public IGrainScheduler Scheduler { get; }

    public ICallPath Path { get; }

    public SiloAddress Address { get; }

    public SiloLog Log { get; }

    public CoarseClock Clock { get; }

    public ReplyDeadlines Replies { get; }

    public ActivationDirectory Directory { get; }

    public GrainClasses Classes { get; }

    public GrainInterfaces Interfaces { get; }

    public GrainFactory GrainFactory { get; }

    public SiloStatus Status => _status;

    /// <summary>Where ids of client objects and subscriptions come from.</summary>
    public Func<Guid> NewGuid { get; init; } = Guid.NewGuid;

    /// <summary>How callers go on when their reply comes; see <see cref="Reply{TResult}"/>.</summary>
    public TaskCreationOptions ReplyOptions { get; init; } = TaskCreationOptions.RunContinuationsAsynchronously;

    public IReadOnlyList<IIncomingGrainCallFilter> Filters => field ??= [.. Services.GetServices<IIncomingGrainCallFilter>()];

    /// <summary>Sends a call on its way; <paramref name="reply"/> gets the outcome, or is null for a one-way call.</summary>
    public void Send(Call call, GrainId target, Reply? reply)
    {
        call.Target = target;
        call.Sender = RuntimeContext.Current;
        call.RequestContext ??= RequestContext.Current;
        if (reply is not null)
        {
            call.Reply = reply;
            Replies.Open(reply, call, Clock.Now);
            if (call.IsCancellable && call.GetCancellationToken() is { CanBeCanceled: true } token)
                reply.FailOnCancellation(call, token);

            if (reply.IsAnswered)
                return;
        }

        Path.Send(call);
    }

    /// <summary>Takes a call for a grain of this silo.</summary>
    public void Receive(Call call)
    {
        if (Directory.TryFind(call.Target, out var target))
            target.Receive(call);
        else if (Classes.Find(call.Target.Type) is not { } grainClass)
            Reject(call, Unknown(call.Target));
        else if (_status is SiloStatus.Active)
            Directory.Get(call.Target, grainClass).Receive(call);
        else
            Reject(call, new SiloUnavailableException($"The silo {Address} is {_status}: {call} was not executed."));
    }

    /// <summary>Passes a call on that reached an activation after its end.</summary>
    public void Forward(Call call)
    {
        if (call.Method.LocalOnly)
            return;

        if (call.Forwards >= Options.MaxForwardCount)
        {
            Reject(call, new OrleansMessageRejectionException($"{call} was passed on {call.Forwards} times and found no activation that stays."));
            return;
        }

        call.Forwards++;
        Path.Send(call);
    }

    public void Reject(Call call, Exception reason)
    {
        call.Fail(reason);
        Path.Answer(call);
    }

    public void Start()
    {
        _status = SiloStatus.Active;
        _nextCollection = Clock.Read() + Options.CollectionQuantum.Ticks;
        _housekeeping = Time.CreateTimer(static silo => ((InProcessSilo)silo!).KeepHouse(), this, Options.HousekeepingPeriod, Options.HousekeepingPeriod);
        Log.Started(Address, Classes.Count);
    }

    /// <summary>Ends all activations, in parallel, each with its <c>OnDeactivateAsync</c>; after the token's cancellation without waiting for the rest.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_status is SiloStatus.Dead)
            return;

        _status = SiloStatus.ShuttingDown;
        var ending = Directory.Activations.ToList();
        foreach (var activation in ending)
            activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The silo is shutting down."), cancellationToken);

        try
        {
            await Task.WhenAll(ending.Select(activation => activation.Deactivated)).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Log.StoppedHastily(ending.Count(activation => !activation.Deactivated.IsCompleted));
        }

        _status = SiloStatus.Dead;
        if (_housekeeping is not null)
            await _housekeeping.DisposeAsync();

        Replies.Close();
    }

    /// <summary>Ends the activations that have been idle for their age limit, or for the one given, and forgets dead client objects.</summary>
    public void CollectIdle(TimeSpan? ageLimit = null)
    {
        var now = Clock.Read();

        // In an order of their own, not that of a hash table: a simulation must be the same on every machine.
        foreach (var activation in Directory.Activations.Where(activation => activation.IsIdle(now, ageLimit)).OrderBy(activation => activation.GrainId))
            activation.DeactivateIfIdle(now, ageLimit);

        Directory.RemoveDeadObservers();
    }

    private void KeepHouse()
    {
        // A slow round must not pile up with the next one.
        if (Interlocked.Exchange(ref _inHousekeeping, 1) != 0)
            return;

        var now = Clock.Read();
        Replies.Sweep(now);
        if (now >= _nextCollection)
        {
            _nextCollection = now + Options.CollectionQuantum.Ticks;
            CollectIdle();
        }

        Volatile.Write(ref _inHousekeeping, 0);
    }

    private static Exception Unknown(GrainId target) => target.Type == ObserverTarget.GrainType
        ? new ClientNotAvailableException(target)
        : new ArgumentException($"There is no grain class of type {target.Type}.");
}
