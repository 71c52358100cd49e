using System.Text.Json;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Reconciliation;
using WalletGrains.Grains.Verification;
using WalletGrains.Journal.Reconciling;
using WalletGrains.Journal.Verifying;
using AccountBalance = WalletGrains.Contracts.Reconciliation.AccountBalance;

namespace WalletGrains.Grains.Reconciliation;

/// <summary>The reconciliation of the books. Whoever asks for a run while one is under way joins it.</summary>
[Reentrant]
public sealed partial class ReconciliationGrain(
    PostgresReconciliation reconciliation, PostgresAudits audits, TimeProvider time, ILogger<ReconciliationGrain> logger)
    : Grain, IReconciliationGrain
{
    private const string Kind = "RECONCILIATION";

    /// <summary>Full runs find what the others do not look at, so their results must not be behind those of the next five minutes.</summary>
    private const string FullKind = "FULL_RECONCILIATION";

    private readonly LongRun<ReconciliationResult> _run = new(time, logger);
    private readonly LongRun<ReconciliationResult> _fullRun = new(time, logger);
    private Task _newest = Task.CompletedTask;

    /// <inheritdoc />
    public Task<ReconciliationResult?> RunAsync(bool isFull) =>
        isFull ? _fullRun.JoinAsync(CompareAllAsync, GrainLimits.CheckPatience) : _run.JoinAsync(CompareAsync, GrainLimits.CheckPatience);

    /// <inheritdoc />
    public async Task<bool> RunFullIfDueAsync()
    {
        // One that began in the future was made by a wrong clock, and says nothing of today. One that did not get through is gone on with.
        var newest = await FindNewestAsync(isFull: true);
        var age = time.GetUtcNow() - newest?.RanAt;
        return (newest is { IsComplete: true } && age >= TimeSpan.Zero && age < GrainLimits.FullReconciliationPeriod) || await RunAsync(isFull: true) is not null;
    }

    /// <inheritdoc />
    public async Task<ReconciliationResult?> FindNewestAsync(bool isFull) =>
        await Outage.GuardAsync(() => audits.FindNewestAsync(isFull ? [FullKind] : [Kind, FullKind], CancellationToken.None)) is { } content
            ? JsonSerializer.Deserialize(content, AuditJson.Default.ReconciliationResult)
            : null;

    /// <inheritdoc />
    public async Task<IReadOnlyList<AccountBalance>> GetTrialBalanceAsync()
    {
        try
        {
            var balances = await Outage.GuardAsync(() => reconciliation.GetTrialBalanceAsync(GrainLimits.TrialBalanceBudget, CancellationToken.None));
            return balances.Select(balance => new AccountBalance(balance.Currency, balance.Account, balance.BalanceMinor)).ToList();
        }
        catch (ReconciliationTooSlowException e)
        {
            throw new UnavailableException(e.Message, e);
        }
    }

    private async Task<ReconciliationResult> CompareAsync()
    {
        var began = time.GetUtcMilliseconds();
        return await KeepAsync(began, isFull: false, await CompareNewAsync());
    }

    /// <summary>What is new, and then all the rest, beside the runs of every five minutes.</summary>
    private async Task<ReconciliationResult> CompareAllAsync()
    {
        var began = time.GetUtcMilliseconds();
        var news = await CompareNewAsync();

        // The rest takes hours, and may fail; what has moved a mark is not looked at again before the next full one.
        await KeepAsync(began, isFull: false, news);
        return await GuardAsync(() => reconciliation.RunFullAsync(
            GrainLimits.FullReconciliationBudget,
            rest =>
            {
                LogEnd(rest);
                return KeepAsync(began, isFull: true, news.And(rest));
            },
            CancellationToken.None));
    }

    /// <summary>One after another: what is new is compared once.</summary>
    private Task<ReconciliationReport> CompareNewAsync()
    {
        var run = CompareAfterAsync(_newest);
        _newest = run;
        return run;
    }

    private async Task<ReconciliationReport> CompareAfterAsync(Task previous)
    {
        await previous.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        var report = await GuardAsync(() => reconciliation.RunAsync(GrainLimits.ReconciliationBudget, GrainLimits.StuckAge, CancellationToken.None));
        if (!report.IsComplete)
        {
            LogIncomplete(logger, GrainLimits.ReconciliationBudget);
        }

        return report;
    }

    private async Task<ReconciliationResult> KeepAsync(DateTimeOffset began, bool isFull, ReconciliationReport report)
    {
        var result = new ReconciliationResult(
            began,
            time.GetUtcMilliseconds(),
            isFull,
            report.IsComplete,
            report.WalletsChecked,
            report.EntriesChecked,
            report.TransfersChecked,
            report.DifferenceCount,
            report.Differences.Select(difference => new ReconciliationDifference(difference.What, difference.Where, difference.Expected, difference.Found)).ToList(),
            report.BillsChecked);
        foreach (var difference in result.Differences)
        {
            LogDifference(logger, difference.What, difference.Where, difference.Expected, difference.Found);
        }

        LogReconciled(logger, result.WalletsChecked, result.EntriesChecked, result.TransfersChecked, result.BillsChecked, result.DifferenceCount);
        await Outage.GuardAsync(async () =>
        {
            await audits.AppendAsync(isFull ? FullKind : Kind, began, JsonSerializer.SerializeToUtf8Bytes(result, AuditJson.Default.ReconciliationResult), CancellationToken.None);
            return true;
        });
        return result;
    }

    private void LogEnd(ReconciliationReport full)
    {
        if (full.WasTooSlow)
        {
            LogFullTooSlow(logger);
        }
        else if (!full.IsComplete)
        {
            LogFullIncomplete(logger, GrainLimits.FullReconciliationBudget);
        }
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> run)
    {
        try
        {
            return await Outage.GuardAsync(run);
        }
        catch (ReconciliationBusyException e)
        {
            throw new UnavailableException(e.Message, e);
        }
    }

    [LoggerMessage(1401, LogLevel.Error, "The books differ: {What} at {Where}, expected {Expected} and found {Found}")]
    private static partial void LogDifference(ILogger logger, string what, string where, string expected, string found);

    [LoggerMessage(1402, LogLevel.Information, "Reconciled {Wallets} wallets, {Entries} entries, {Transfers} transfers and {Bills} bills with {Differences} differences")]
    private static partial void LogReconciled(ILogger logger, long wallets, long entries, long transfers, long bills, long differences);

    [LoggerMessage(1404, LogLevel.Warning, "The reconciliation did not get through within {Budget}; what it has summed is kept, and the next one begins with the rest")]
    private static partial void LogIncomplete(ILogger logger, TimeSpan budget);

    [LoggerMessage(1405, LogLevel.Warning, "The full reconciliation did not get through within {Budget}; how far it has come and what it has found is kept, and the next one goes on there")]
    private static partial void LogFullIncomplete(ILogger logger, TimeSpan budget);

    [LoggerMessage(1406, LogLevel.Error, "The full reconciliation ended because the database is too slow for even its smallest steps; how far it has come and what it has found is kept, and the next one goes on there")]
    private static partial void LogFullTooSlow(ILogger logger);
}
