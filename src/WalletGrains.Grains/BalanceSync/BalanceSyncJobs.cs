using WalletGrains.Journal.BalanceSync;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.BalanceSync;

/// <summary>What is queued about an account: one job, however often it is asked for. One job is one call of the core banking system, so that
/// the concurrency and the rate of the kind are those of the calls.</summary>
internal static class BalanceSyncJobs
{
    /// <summary>The kind.</summary>
    public const string Kind = "balance-sync";

    /// <summary>The kind of the job that goes through all users.</summary>
    public const string SweepKind = "balance-sweep";

    // A user's id is in front, in a fixed number of characters.
    private const int UserLength = 36;

    /// <summary>A job for this account.</summary>
    public static NewJob For(AccountKey account, JobLane lane, IdGenerator ids) => new(
        ids.NewId(), Kind, $"{account.MobileUserId:D}/{account.AccountNumber}", ReadOnlyMemory<byte>.Empty, DueAt: null, lane, JobRepeat.WhenBegun);

    /// <summary>The account that a job is about.</summary>
    public static AccountKey AccountOf(string key) => new(Guid.ParseExact(key.AsSpan(0, UserLength), "D"), key[(UserLength + 1)..]);
}
