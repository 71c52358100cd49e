using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Tests;

/// <summary>
/// Makes a coordinator die at a step of its work: that step fails, before it has any effect or after it, and so does every
/// step behind it. A step is a command to a wallet or a write of a store beside the journal.
/// </summary>
public sealed class StepFaults
{
    private readonly Lock _lock = new();
    private Func<WalletCommand, Task>? _beforeCommand;
    private Func<Task>? _beforeWrite;
    private CommitPoint _point;
    private int _dyingStep = int.MaxValue;
    private int _steps;
    private bool _losesAnswer;

    /// <summary>Some step failed since the last <see cref="DieAt"/>.</summary>
    public bool IsDead
    {
        get
        {
            lock (_lock)
            {
                return _steps > _dyingStep;
            }
        }
    }

    /// <summary>How many steps were begun since the last <see cref="DieAt"/>.</summary>
    public int Steps
    {
        get
        {
            lock (_lock)
            {
                return _steps;
            }
        }
    }

    /// <summary>The step to die at, from 0.</summary>
    public void DieAt(int step, CommitPoint point)
    {
        lock (_lock)
        {
            (_steps, _dyingStep, _point) = (0, step, point);
        }
    }

    /// <summary>From now on everything works.</summary>
    public void Heal()
    {
        lock (_lock)
        {
            (_dyingStep, _beforeCommand, _beforeWrite) = (int.MaxValue, null, null);
        }
    }

    /// <summary>Holds commands up on their way to their wallets.</summary>
    public void Delay(Func<WalletCommand, Task> beforeCommand)
    {
        lock (_lock)
        {
            _beforeCommand = beforeCommand;
        }
    }

    /// <summary>Holds up writes of the stores.</summary>
    public void DelayWrites(Func<Task> beforeWrite)
    {
        lock (_lock)
        {
            _beforeWrite = beforeWrite;
        }
    }

    /// <summary>Stands around every write of a store.</summary>
    public async Task OnWriteAsync(CommitPoint point)
    {
        if (point is CommitPoint.Before)
        {
            await (_beforeWrite?.Invoke() ?? Task.CompletedTask);
            switch (Begin())
            {
                case CommitPoint.Before:
                    throw new JournalUnavailableException("The coordinator is dead.");
                case CommitPoint.After:
                    _losesAnswer = true;
                    return;
                default:
                    _losesAnswer = false;
                    return;
            }
        }

        if (_losesAnswer)
        {
            throw new JournalOutcomeUnknownException("The coordinator died without the answer.");
        }
    }

    /// <summary>Stands around every call of a grain.</summary>
    public async Task InvokeAsync(IIncomingGrainCallContext context)
    {
        if (context.Grain is not IWalletGrain || context.Request.GetArgumentCount() != 1 || context.Request.GetArgument(0) is not WalletCommand command)
        {
            await context.Invoke();
            return;
        }

        await (_beforeCommand?.Invoke(command) ?? Task.CompletedTask);
        var dies = Begin();
        if (dies is CommitPoint.Before)
        {
            throw new TimeoutException("The coordinator is dead.");
        }

        await context.Invoke();
        if (dies is CommitPoint.After)
        {
            throw new TimeoutException("The coordinator died without the answer.");
        }
    }

    private CommitPoint? Begin()
    {
        lock (_lock)
        {
            var step = _steps++;
            return step < _dyingStep ? null
                : step > _dyingStep ? CommitPoint.Before
                : _point;
        }
    }
}
