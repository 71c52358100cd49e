using Orleans.Concurrency;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Wallets;
using WalletGrains.Journal.VirtualAccounts;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>A virtual account's activation. Its row never changes, so once it is read it is known for good.</summary>
[Reentrant]
public sealed class VirtualAccountGrain(IVirtualAccountStore accounts, WalletProfiles profiles) : Grain, IVirtualAccountGrain
{
    private VirtualAccount? _account;

    /// <inheritdoc />
    public async Task<VirtualAccount?> GetAsync() =>
        _account ??= await Outage.GuardAsync(() => accounts.FindAsync(this.GetPrimaryKeyString(), CancellationToken.None)) is { } row
            ? VirtualAccountRows.ToAccount(row)
            : null;

    /// <inheritdoc />
    public async Task<BankCreditOutcome> CreditAsync(BankCredit credit)
    {
        ArgumentNullException.ThrowIfNull(credit);
        if (await GetAsync() is not { } account)
        {
            return new BankCreditOutcome.UnknownAccount();
        }

        // Before the wallet is asked: what it refuses stays refused under the payment's reference.
        var wallet = await profiles.FindAsync(account.WalletId, GrainFactory)
            ?? throw new InvalidOperationException($"Account {account.AccountNumber} belongs to wallet {account.WalletId}, which does not exist.");
        if (credit.Amount.Currency != wallet.Currency)
        {
            return new BankCreditOutcome.WrongCurrency(wallet.Currency);
        }

        var requestId = RequestId.ForBankCredit(VirtualAccountRows.Globus, credit.Reference);
        return await GrainFactory.ExecuteStepAsync(account.WalletId, new ReceiveBankCredit(requestId, credit.Amount, DescriptionOf(credit))) switch
        {
            WalletOutcome.Accepted accepted => new BankCreditOutcome.Credited(accepted.Entry),
            WalletOutcome.NotDecided undecided => new BankCreditOutcome.NotDecided(undecided.Reason),
            var outcome => throw new InvalidOperationException($"A payment that the wallet has to take came back as {outcome}; an invariant is broken."),
        };
    }

    /// <inheritdoc />
    public async Task AnnounceAsync()
    {
        if (await GetAsync() is { } account)
        {
            await this.GetStreamProvider(ActivityStreams.Provider).GetStream<VirtualAccount>(StreamId.Create(VirtualAccountStreams.Created, 0)).OnNextAsync(account);
        }
    }

    /// <summary>Follows from what is stored of the payment, so that every try asks for the same.</summary>
    private static string? DescriptionOf(BankCredit credit) => (credit.SenderName, credit.Narration) switch
    {
        (null, var narration) => narration,
        ({ } sender, null) => $"From {sender}",
        ({ } sender, { } narration) => $"From {sender}: {narration}",
    };
}
