using System.Reflection;
using Microsoft.Extensions.Logging;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Jobs;
using WalletGrains.Grains.VirtualAccounts;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.VirtualAccounts;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.VirtualAccounts;

/// <summary>What becomes of a payment whose wallet does not say.</summary>
public sealed class BankCreditingTests
{
    private const string Reference = "FT-1";

    private readonly ManualTimeProvider _time = new();
    private readonly ListedLog<BankCrediting> _log = new();
    private readonly MemoryBankInbox _inbox;
    private readonly BankCrediting _crediting;
    private readonly Accounts _accounts;

    public BankCreditingTests()
    {
        var (jobs, ids) = (new MemoryJobStore(_time), new IdGenerator(_time));
        var grains = DispatchProxy.Create<IGrainFactory, Accounts>();
        _accounts = (Accounts)(object)grains;
        _inbox = new MemoryBankInbox(jobs);
        _crediting = new BankCrediting(_inbox, jobs, grains, new GlobusOptions(), ids, _log);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(NotDecidedReason.Overloaded)]
    [InlineData(NotDecidedReason.OutcomeUnknown)]
    [InlineData(NotDecidedReason.Unavailable)]
    public async Task A_payment_whose_wallet_does_not_decide_is_tried_again_until_it_does(NotDecidedReason reason)
    {
        var now = _time.GetUtcNow();
        await _inbox.ReceiveAsync(
            new BankCreditRow(Reference, "0000014579", 100, "NGN", null, null, now, IBankInbox.WebhookSource, now),
            new NewJob(Guid.CreateVersion7(), BankCrediting.JobKind, Reference, ReadOnlyMemory<byte>.Empty),
            Cancelled);
        _accounts.Outcome = new BankCreditOutcome.NotDecided(reason);
        Assert.Equal(new JobOutcome.Retry($"The wallet did not decide: {reason}."), await RunAsync(attempt: 1));
        Assert.Empty(_log.Lines);

        // However long it takes; after an hour there is an alarm.
        Assert.Null(_crediting.Policy.MaxAttempts);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.IsType<JobOutcome.Retry>(await RunAsync(attempt: 20));
        Assert.Equal([(1978, LogLevel.Error)], _log.Lines);
        Assert.Null((await _inbox.FindAsync(Reference, Cancelled))!.Credit);
    }

    private Task<JobOutcome> RunAsync(int attempt) => _crediting.RunAsync(
        new JobRun(Guid.CreateVersion7(), Reference, ReadOnlyMemory<byte>.Empty, _time.GetUtcNow(), _time.GetUtcNow(), attempt), Cancelled);

    /// <summary>The factory, and the account that it gives.</summary>
    public class Accounts : DispatchProxy
    {
        internal BankCreditOutcome Outcome { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(IVirtualAccountGrain.CreditAsync))
            {
                return Task.FromResult(Outcome);
            }

            var account = Create<IVirtualAccountGrain, Accounts>();
            ((Accounts)account).Outcome = Outcome;
            return account;
        }
    }
}
