namespace WalletGrains.Grains.Tests.Runtime;

public interface ITimerGrain : IGrainWithStringKey
{
    Task Start(bool interleave);

    /// <summary>Starts a timer that fails at each tick.</summary>
    Task StartFailing();

    Task Stop();

    /// <summary>Waits for the cue <c>go</c>.</summary>
    Task Wait();

    /// <summary>Starts the timer and waits for its first tick inside this request.</summary>
    Task<bool> StartAndAwaitTick();

    Task Leave();
}

/// <summary>Writes <c>tick</c> to the play that is its key.</summary>
public class TimerGrain : Grain, ITimerGrain
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);

    private readonly TaskCompletionSource _ticked = new();
    private IGrainTimer? _timer;
    private bool _waiting;

    private string Play => this.GetPrimaryKeyString();

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Stage.Write(Play, "end");
        return Task.CompletedTask;
    }

    public Task Start(bool interleave)
    {
        _timer = this.RegisterGrainTimer(Tick, new() { DueTime = Soon, Period = Soon, Interleave = interleave });
        return Task.CompletedTask;
    }

    public Task StartFailing()
    {
        this.RegisterGrainTimer(
            () =>
            {
                Stage.Write(Play, "tick");
                throw new InvalidOperationException("The tick failed.");
            },
            Soon,
            Soon);
        return Task.CompletedTask;
    }

    public Task Stop()
    {
        _timer!.Dispose();
        Stage.Write(Play, "stopped");
        return Task.CompletedTask;
    }

    public async Task Wait()
    {
        _waiting = true;
        Stage.Give(Play, "waiting");
        await Stage.Await(Play, "go");
        _waiting = false;
    }

    public async Task<bool> StartAndAwaitTick()
    {
        await Start(interleave: true);
        await _ticked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        return true;
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private Task Tick(CancellationToken cancellationToken)
    {
        Stage.Write(Play, _waiting ? "tick beside a request" : "tick");
        _ticked.TrySetResult();
        return Task.CompletedTask;
    }
}

public interface IReminderGrain : IGrainWithStringKey
{
    Task Remind(string name, TimeSpan dueTime, TimeSpan period);

    Task Forget(string name);

    Task<string[]> Reminders();

    Task Leave();
}

/// <summary>Writes each reminder to the play that is its key.</summary>
public class ReminderGrain : Grain, IReminderGrain, IRemindable
{
    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        Stage.Write(this.GetPrimaryKeyString(), reminderName);
        return Task.CompletedTask;
    }

    public Task Remind(string name, TimeSpan dueTime, TimeSpan period) => this.RegisterOrUpdateReminder(name, dueTime, period);

    public async Task Forget(string name)
    {
        if (await this.GetReminder(name) is { } reminder)
            await this.UnregisterReminder(reminder);
    }

    public async Task<string[]> Reminders() => [.. (await this.GetReminders()).Select(reminder => reminder.ReminderName).Order()];

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
