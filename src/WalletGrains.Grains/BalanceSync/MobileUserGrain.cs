using Orleans.Concurrency;
using WalletGrains.Contracts;
using WalletGrains.Contracts.BalanceSync;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Contracts.Users;
using WalletGrains.Domain.Users;
using WalletGrains.Grains.Users;
using WalletGrains.Journal;
using WalletGrains.Journal.BalanceSync;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.BalanceSync;

/// <summary>
/// A mobile user's activation. It keeps nothing of the user: accounts change by the sync, by operators and through any silo. What it has is
/// the logins that wait for a balance; were there two activations, a login would be told of its own and show what is stored when its time
/// is over.
/// </summary>
[Reentrant]
public sealed class MobileUserGrain(IMobileUserStore users, IJobStore jobs, ICoreBanking core, IdGenerator ids, TimeProvider time) : Grain, IMobileUserGrain
{
    private readonly List<Waiting> _waiting = [];

    /// <inheritdoc />
    public async Task<CreateMobileUserOutcome> CreateAsync(CreateMobileUser command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (PasswordRules.Check(command.Password, command.Username, CommonPasswords.All) is { } refusal)
        {
            return new CreateMobileUserOutcome.PasswordRefused(refusal);
        }

        var (mobileUserId, now) = (this.GetPrimaryKey(), time.GetUtcMilliseconds());
        var user = MobileUserRecords.ToUser(command, mobileUserId, now);
        var account = MobileUserRecords.ToAccount(mobileUserId, command.AccountNumber, command.AccountType, isPrimary: true, now);
        if (await Outage.GuardWriteAsync(() => users.CreateAsync(user, account, CancellationToken.None)) is MobileChange.Taken)
        {
            // The host may have died between the two writes: then this call, or another that asks for the same, makes the second one.
            if (await Outage.GuardAsync(() => users.FindByNameAsync(user.UsernameKey, CancellationToken.None)) is not { } known
                || known != user with { MobileUserId = known.MobileUserId, CreatedAt = known.CreatedAt, UpdatedAt = known.UpdatedAt })
            {
                return new CreateMobileUserOutcome.UsernameTaken();
            }

            mobileUserId = known.MobileUserId;
        }

        // The password was checked before the first write, so it is not refused behind it.
        RegisterOutcome registered;
        try
        {
            registered = await GrainFactory.GetGrain<IUserGrain>(mobileUserId).RegisterAsync(
                new RegisterUser(command.Username, command.Password, command.FullName, Phone: null, UserRole.Customer, WalletCurrency: null));
        }
        catch (UnavailableException e)
        {
            throw new OutcomeUnknownException("Whether the second part of the user was written is not known.", e);
        }

        return registered is RegisterOutcome.Registered && await FindAsync(mobileUserId) is { } rows
            ? new CreateMobileUserOutcome.Created(MobileUserRecords.ToContract(rows))
            : new CreateMobileUserOutcome.UsernameTaken();
    }

    /// <inheritdoc />
    public async Task<MobileUser?> GetAsync() => await FindAsync(this.GetPrimaryKey()) is { } rows ? MobileUserRecords.ToContract(rows) : null;

    /// <inheritdoc />
    public Task<MobileUserChange> AddAccountAsync(string accountNumber, string accountType, bool isPrimary)
    {
        var account = MobileUserRecords.ToAccount(this.GetPrimaryKey(), accountNumber, accountType, isPrimary, time.GetUtcMilliseconds());
        return ChangeAsync(() => users.AddAccountAsync(account, Limits.MaxMobileAccounts, CancellationToken.None));
    }

    /// <inheritdoc />
    public async Task<MobileUserChange> SetActiveAsync(bool isActive, Guid by)
    {
        var mobileUserId = this.GetPrimaryKey();
        var change = await ChangeAsync(() => users.SetActiveAsync(mobileUserId, isActive, time.GetUtcMilliseconds(), CancellationToken.None));
        if (change.User is not null)
        {
            // Who may sign in is said in one place only.
            var user = GrainFactory.GetGrain<IUserGrain>(mobileUserId);
            await (isActive ? user.UnlockAsync(by) : user.LockAsync("The mobile user is inactive.", by));
        }

        return change;
    }

    /// <inheritdoc />
    public Task<MobileUserChange> ChangeAccountAsync(string accountNumber, bool? isActive, bool? isPrimary) => ChangeAsync(() =>
        users.ChangeAccountAsync(new AccountKey(this.GetPrimaryKey(), accountNumber), isActive, isPrimary, time.GetUtcMilliseconds(), CancellationToken.None));

    /// <inheritdoc />
    public async Task<SyncRequest> RequestSyncAsync()
    {
        if (await FindAsync(this.GetPrimaryKey()) is not { } rows)
        {
            return SyncRequest.NotFound;
        }

        if (!core.IsConfigured)
        {
            throw new UnavailableException("There is no core banking system to be asked.");
        }

        var synced = Synced(rows).ToList();
        await Outage.GuardWriteAsync(() => QueueAsync(synced, priority: null));
        return synced.Count > 0 ? SyncRequest.Queued : SyncRequest.NothingToSync;
    }

    /// <inheritdoc />
    public async Task<MobileBalance?> ReadBalanceAsync(TimeSpan limit)
    {
        var begunAt = time.GetTimestamp();
        if (await FindAsync(this.GetPrimaryKey()) is not { Accounts: [{ IsPrimary: true } primary, ..] } rows)
        {
            return null;
        }

        var synced = Synced(rows).ToList();
        if (!core.IsConfigured || !synced.Contains(primary) || _waiting.Count >= BalanceSyncLimits.MaxWaiting)
        {
            return MobileUserRecords.ToBalance(primary, isFresh: false);
        }

        // Whatever hangs, the core banking system or the store: a login is shown in time what was known last.
        var waiting = new Waiting(primary);
        _waiting.Add(waiting);
        using var ended = new CancellationTokenSource();
        try
        {
            var wait = WaitAsync(waiting, rows.ReadAt, synced, Left(limit - BalanceSyncLimits.LastLook), ended.Token);
            if (await Task.WhenAny(wait, Task.Delay(Left(limit), time, ended.Token)) == wait)
            {
                await wait;
            }
        }
        finally
        {
            ended.Cancel();
            _waiting.Remove(waiting);
        }

        return MobileUserRecords.ToBalance(waiting.Known, isFresh: waiting.Known.LastSyncedAt >= rows.ReadAt);

        TimeSpan Left(TimeSpan of) => of - time.GetElapsedTime(begunAt) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <inheritdoc />
    public Task TellAsync(string accountNumber)
    {
        // Who is told may go on at once, and leave the list.
        foreach (var waiting in _waiting.Where(waiting => waiting.AccountNumber == accountNumber).ToList())
        {
            waiting.Told.TrySetResult();
        }

        return Task.CompletedTask;
    }

    /// <summary>Has the accounts asked for, and keeps up with what is known of the one that is waited for until that is fresh, or nothing new is to be expected.</summary>
    /// <param name="waiting">The login.</param>
    /// <param name="since">What was asked for then or later is fresh.</param>
    /// <param name="synced">The accounts.</param>
    /// <param name="patience">How long to wait before the last look.</param>
    /// <param name="ended">The login waits no more.</param>
    private async Task WaitAsync(Waiting waiting, DateTimeOffset since, List<MobileAccountRow> synced, TimeSpan patience, CancellationToken ended)
    {
        try
        {
            var isOver = Task.Delay(patience, time, ended);
            await QueueAsync(synced, priority: waiting.Known);
            for (var isLast = false; !isLast;)
            {
                await Task.WhenAny(waiting.Told.Task, isOver);

                // Before the look: what is told behind it is not missed.
                waiting.Told = new TaskCompletionSource();
                var before = waiting.Known;
                var rows = await users.FindAsync(before.MobileUserId, ended);
                waiting.Known = rows?.Accounts.FirstOrDefault(account => account.AccountNumber == before.AccountNumber) ?? before;

                // When something new is there that is not fresh, it was asked for before this login was there; the account is being asked for once more.
                isLast = isOver.IsCompleted || waiting.Known.LastSyncedAt >= since || waiting.Known.LastSyncedAt == before.LastSyncedAt;
            }
        }
        catch (Exception e) when (e is JournalUnavailableException or JournalOutcomeUnknownException or JournalOverloadedException or OperationCanceledException)
        {
            // What is known is shown.
        }
    }

    private static IEnumerable<MobileAccountRow> Synced(MobileUserRows rows) =>
        rows.User is { IsActive: true, Context: MobileUserRow.MobileBanking } ? rows.Accounts.Where(account => account.IsActive) : [];

    private Task<MobileUserRows?> FindAsync(Guid mobileUserId) => Outage.GuardAsync(() => users.FindAsync(mobileUserId, CancellationToken.None));

    private async Task<MobileUserChange> ChangeAsync(Func<Task<MobileChange>> change)
    {
        var refusal = await Outage.GuardWriteAsync(change) switch
        {
            MobileChange.NotFound => MobileUserRefusal.NotFound,
            MobileChange.Taken => MobileUserRefusal.AccountTaken,
            MobileChange.TooMany => MobileUserRefusal.TooManyAccounts,
            _ => default(MobileUserRefusal?),
        };
        return new MobileUserChange(refusal is null ? await GetAsync() : null, refusal);
    }

    private async Task<bool> QueueAsync(List<MobileAccountRow> accounts, MobileAccountRow? priority)
    {
        await jobs.EnqueueAsync(
            [.. accounts.Select(account => BalanceSyncJobs.For(
                new AccountKey(account.MobileUserId, account.AccountNumber), account == priority ? JobLane.Priority : JobLane.Normal, ids))],
            CancellationToken.None);
        await GrainFactory.GetGrain<IJobGrain>(BalanceSyncJobs.Kind).WakeAsync();
        return true;
    }

    /// <summary>A login that waits for the balance of an account.</summary>
    private sealed class Waiting(MobileAccountRow stored)
    {
        public string AccountNumber { get; } = stored.AccountNumber;

        /// <summary>The account as it was seen last.</summary>
        public MobileAccountRow Known { get; set; } = stored;

        /// <summary>Completes when the account was asked for.</summary>
        public TaskCompletionSource Told { get; set; } = new();
    }
}
