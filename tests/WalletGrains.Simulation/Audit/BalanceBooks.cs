using Orleans.InProcess.Simulation;
using WalletGrains.Contracts.BalanceSync;
using WalletGrains.Journal.BalanceSync;

namespace WalletGrains.Simulation.Audit;

/// <summary>
/// Knows every balance that the core banking system ever had, and when. What is stored must be one that it had after it was asked for; nothing older comes in
/// place of something newer; what is said to be fresh was asked for after the question.
/// </summary>
internal sealed class BalanceBooks(SimulatedWorld world, Coverage coverage)
{
    private readonly Dictionary<string, List<(TimeSpan Since, decimal Balance)>> _booked = [];

    /// <summary>The core banking system has another balance from now on.</summary>
    public void NoteBooked(string accountNumber, decimal balance) =>
        (_booked.TryGetValue(accountNumber, out var balances) ? balances : _booked[accountNumber] = []).Add((world.Now, balance));

    /// <summary>What it has now.</summary>
    public decimal BalanceOf(string accountNumber) => _booked[accountNumber][^1].Balance;

    /// <summary>A write of a balance has changed an account.</summary>
    public void NoteStored(MobileAccountRow before, MobileAccountRow after)
    {
        if (after.LastSyncedAt != before.LastSyncedAt)
        {
            Require(before.LastSyncedAt is null || after.LastSyncedAt > before.LastSyncedAt, () => $"An older balance comes in place of a newer one: {before} becomes {after}.");
            Require(HadSince(after.AccountNumber, after.LastSyncedAt!.Value - SimulatedWorld.Epoch, after.Balance!.Value), () => $"{after} was never told.");
            coverage.Note("balance stored");
        }

        if (after.FailedAt != before.FailedAt && after.LastError is not null)
        {
            coverage.Note("balance given up");
        }

        if (before.IsActive && !after.IsActive)
        {
            coverage.Note("account gone");
        }
    }

    /// <summary>A login was shown a balance.</summary>
    public void NoteShown(string accountNumber, TimeSpan sentAt, MobileBalance? shown)
    {
        if (shown is null)
        {
            return;
        }

        var since = shown.IsFresh ? sentAt : TimeSpan.Zero;
        Require(HadSince(accountNumber, since, shown.Available), () => $"{shown} is shown of account {accountNumber}, asked for at {sentAt}, which it never was.");
        coverage.Note(shown.IsFresh ? "login with a fresh balance" : "login with a stored balance");
    }

    /// <summary>Every account is as the core banking system has it: asked for behind the last booking, or inactive.</summary>
    public void CheckAll(IEnumerable<MobileAccountRow> accounts)
    {
        foreach (var account in accounts)
        {
            Require(
                account.IsActive ? account.Balance == BalanceOf(account.AccountNumber) : account.InactiveReason is not null,
                () => $"{account} in the end, and the core banking system has {BalanceOf(account.AccountNumber)}.");
        }
    }

    private bool HadSince(string accountNumber, TimeSpan since, decimal balance)
    {
        var booked = _booked[accountNumber];

        // Times are stored in whole microseconds.
        return booked.Where((of, i) => of.Balance == balance && (i == booked.Count - 1 || booked[i + 1].Since >= since - TimeSpan.FromMicroseconds(1))).Any();
    }

    private void Require(bool holds, Func<string> violation)
    {
        if (!holds)
        {
            world.Fail(new AuditException(violation()));
        }
    }
}
