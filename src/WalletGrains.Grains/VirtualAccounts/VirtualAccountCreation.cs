using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using WalletGrains.Contracts;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Grains.Counterparts;
using WalletGrains.Grains.Jobs;
using WalletGrains.Grains.Users;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Users;
using WalletGrains.Journal.VirtualAccounts;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>
/// Makes the virtual account of a new user's wallet. Every step may be repeated: the bank knows the request by its reference, and the
/// store keeps one account for a wallet and one wallet for an account.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed partial class VirtualAccountCreation(
    IUserDirectory users,
    IVirtualAccountStore accounts,
    IAccountBank bank,
    IGrainFactory grains,
    TimeProvider time,
    ILogger<VirtualAccountCreation> logger)
    : IJobHandler
{
    /// <summary>The kind of its jobs.</summary>
    public const string JobKind = "create-virtual-account";

    /// <inheritdoc />
    public string Kind => JobKind;

    /// <summary>What the bank agreed to: five calls at once, ten in a second.</summary>
    public JobPolicy Policy => new()
    {
        Concurrency = 5,
        RatePerSecond = 10,
        MaxAttempts = 3,
        FirstBackoff = TimeSpan.FromSeconds(2),
        Timeout = TimeSpan.FromMinutes(1),
    };

    /// <summary>The job of a new user: it has the user's id, and the wallet's as its key. A customer waits for it, and comes before all who registered before there were
    /// virtual accounts. Null for a user whose wallet gets no account.</summary>
    public static NewJob? JobOf(UserRow user) => user is { WalletId: { } walletId, WalletCurrency: { } currency } && currency == GlobusOptions.Currency.Code
        ? new NewJob(user.UserId, JobKind, walletId.ToString(), ReadOnlyMemory<byte>.Empty, Lane: JobLane.Priority)
        : null;

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        if (await users.FindAsync(job.JobId, cancellationToken) is not { WalletId: { } walletId } user)
        {
            return new JobOutcome.Fail($"There is no user {job.JobId} with a wallet.");
        }

        // The host may have died between writing the user and opening the wallet.
        await UserRows.OpenWalletAsync(user, grains);
        var application = new AccountApplication(user.UserId, walletId, user.FullName, user.Email, user.Phone);
        try
        {
            for (var taken = 0; taken < bank.MaxOffers; taken++)
            {
                if (await accounts.FindOfWalletAsync(walletId, cancellationToken) is { } made)
                {
                    return await EndAsync(made);
                }

                var offer = await bank.OpenAsync(application, taken, cancellationToken);
                await accounts.TryInsertAsync(new VirtualAccountRow(
                    offer.Number, walletId, offer.Name, offer.BankCode, offer.BankName, bank.Provider, GlobusOptions.Currency.Code, time.GetUtcMilliseconds()));
            }

            return await accounts.FindOfWalletAsync(walletId, cancellationToken) is { } last
                ? await EndAsync(last)
                : new JobOutcome.Fail("Every account number that was offered belongs to another wallet.");
        }
        catch (CounterpartException e)
        {
            return e.ToOutcome();
        }
    }

    /// <summary>Tells its owner, whichever attempt made it. Who is not reached by it, or not connected, finds it by himself.</summary>
    private async Task<JobOutcome> EndAsync(VirtualAccountRow account)
    {
        try
        {
            await grains.GetGrain<IVirtualAccountGrain>(account.AccountNumber).AnnounceAsync();
        }
        catch (Exception e) when (e is UnavailableException or OrleansException or TimeoutException)
        {
            LogNotAnnounced(logger, e, account.WalletId);
        }

        return new JobOutcome.Done();
    }

    [LoggerMessage(1979, LogLevel.Information, "Connected clients are not told now of the virtual account of wallet {WalletId}")]
    private static partial void LogNotAnnounced(ILogger logger, Exception exception, Guid walletId);
}
