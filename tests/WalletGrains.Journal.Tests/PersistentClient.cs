namespace WalletGrains.Journal.Tests;

/// <summary>A caller that repeats a request under its id until it is decided, as a wallet grain does after each kind of error.</summary>
internal static class PersistentClient
{
    /// <summary>Deposits 1 under the request id, whatever it takes. After each failure it awaits <paramref name="whenAway"/>,
    /// which completes when another attempt makes sense.</summary>
    public static async Task DepositAsync(
        IJournal journal, Guid walletId, string requestId, Func<Task> whenAway, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var wallet = new TestWallet { Head = (await journal.LoadAsync(walletId, [], cancellationToken))!.Head };
                if (await journal.AppendAsync(wallet.Deposit(1, requestId)) != AppendStatus.HeadMoved)
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is JournalUnavailableException or JournalOutcomeUnknownException)
            {
                await whenAway();
            }
        }
    }
}
