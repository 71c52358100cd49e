using WalletGrains.Contracts.Verification;
using WalletGrains.Domain.Wallets;
using WalletGrains.Grains.Wallets;
using WalletGrains.Journal;
using WalletGrains.Journal.Verifying;

namespace WalletGrains.Grains.Verification;

/// <summary>
/// Verifies histories against the store alone: no wallet is woken up for it, so it runs beside the actors, in another process or
/// without any. Works while wallets go on: each is verified as it was when its turn came.
/// </summary>
public sealed class HistoryVerifier(StoredHistories histories)
{
    /// <summary>Wallets of one stretch; with a page of entries in hand, a stretch takes some megabytes.</summary>
    private const int WalletsPerStretch = 1_000;

    /// <summary>Stretches that are verified at the same time; each reads one page at a time.</summary>
    public const int Concurrency = 4;

    /// <summary>Above every id: where the last stretch ends.</summary>
    private static readonly Guid LastId = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    /// <summary>Verifies one wallet; null when there is nothing under this id.</summary>
    /// <param name="walletId">The wallet.</param>
    /// <param name="maxEntries">Throws when it has more; null for any number.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="HistoryTooLongException">It has more than <paramref name="maxEntries"/>.</exception>
    /// <exception cref="JournalUnavailableException">The database is away.</exception>
    public async Task<WalletVerdict?> VerifyAsync(Guid walletId, long? maxEntries, CancellationToken cancellationToken)
    {
        var wallet = await histories.FindWalletAsync(walletId, cancellationToken);
        if (wallet?.NewestVersion > maxEntries)
        {
            throw new HistoryTooLongException(wallet.NewestVersion);
        }

        WalletVerdict? verdict = null;
        await VerifyStretchAsync(new Stretch(walletId, 0, walletId, wallet is null ? [] : [wallet]), found => verdict = found, cancellationToken);
        return verdict;
    }

    /// <summary>Verifies every wallet, several at a time and in bounded memory.</summary>
    /// <param name="report">Called for each wallet, from one thread at a time.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="JournalUnavailableException">The database is away.</exception>
    public async Task VerifyAllAsync(Action<WalletVerdict> report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        var one = new Lock();
        await Parallel.ForEachAsync(
            StretchesAsync(cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
            async (stretch, limit) => await VerifyStretchAsync(
                stretch,
                verdict =>
                {
                    lock (one)
                    {
                        report(verdict);
                    }
                },
                limit));
    }

    private async IAsyncEnumerable<Stretch> StretchesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = Guid.Empty;
        while (true)
        {
            var wallets = await histories.ReadWalletsAsync(after, WalletsPerStretch, cancellationToken);
            var isLast = wallets.Count < WalletsPerStretch;
            var last = isLast ? LastId : wallets[^1].Head.WalletId;
            yield return new Stretch(after, long.MaxValue, last, wallets);
            if (isLast)
            {
                yield break;
            }

            after = last;
        }
    }

    /// <summary>
    /// Walks wallets and entries side by side, both in the order of ids: whatever has no partner comes to light. Each wallet is judged by
    /// itself: nothing that is stored of one hides what is wrong with another.
    /// </summary>
    private async Task VerifyStretchAsync(Stretch stretch, Action<WalletVerdict> report, CancellationToken cancellationToken)
    {
        using var wallets = stretch.Wallets.GetEnumerator();
        var current = Next(wallets);
        var strays = new SortedSet<Guid>();
        var (afterWallet, afterVersion) = (stretch.AfterWalletId, stretch.AfterVersion);
        while (true)
        {
            var page = await histories.ReadEntriesAsync(afterWallet, afterVersion, stretch.LastWalletId, StoredHistories.MaxPage, cancellationToken);
            foreach (var row in page)
            {
                while (current is not null && current.WalletId.CompareTo(row.WalletId) < 0)
                {
                    report(current.End());
                    current = Next(wallets);
                }

                if (current?.WalletId == row.WalletId)
                {
                    current.Take(row);
                }
                else
                {
                    strays.Add(row.WalletId);
                }
            }

            if (page.Count < StoredHistories.MaxPage)
            {
                break;
            }

            (afterWallet, afterVersion) = (page[^1].WalletId, page[^1].Version);
        }

        for (; current is not null; current = Next(wallets))
        {
            report(current.End());
        }

        foreach (var walletId in strays)
        {
            // A wallet that was opened after its stretch was read has a head row by now.
            if (await histories.FindWalletAsync(walletId, cancellationToken) is null)
            {
                report(new WalletVerdict(walletId, 0, 0, "its entries have no head row"));
            }
        }
    }

    private static WalletUnderCheck? Next(IEnumerator<StoredWallet> wallets) => wallets.MoveNext() ? new WalletUnderCheck(wallets.Current) : null;

    /// <param name="AfterWalletId">Begins after this wallet and version.</param>
    /// <param name="AfterVersion">See <paramref name="AfterWalletId"/>.</param>
    /// <param name="LastWalletId">Ends with the entries of this wallet.</param>
    /// <param name="Wallets">The head rows in it.</param>
    private sealed record Stretch(Guid AfterWalletId, long AfterVersion, Guid LastWalletId, IReadOnlyList<StoredWallet> Wallets);

    private sealed class WalletUnderCheck
    {
        private readonly StoredWallet _stored;
        private readonly WalletState? _head;
        private readonly HistoryCheck? _check;
        private Exception? _failure;

        public WalletUnderCheck(StoredWallet stored)
        {
            _stored = stored;
            try
            {
                _head = WalletRows.ToState(stored.Head);
                _check = new HistoryCheck(_head);
            }
            catch (Exception e)
            {
                // A currency, a status or details that this product never wrote; whatever is wrong with them, the other wallets are verified.
                _failure = e;
            }
        }

        public Guid WalletId => _stored.Head.WalletId;

        public void Take(WalletEntry row)
        {
            // What was added after the head row was read belongs to a later verification.
            if (row.Version > _stored.NewestVersion || _failure is not null)
            {
                return;
            }

            try
            {
                _check?.Take(new StoredEntry(
                    row.WalletId, row.Version, row.EntryId, row.RequestId, row.Type, row.AmountMinor, row.BalanceAfterMinor,
                    row.CounterAccount, row.CreatedAt, row.Content, row.Hash));
            }
            catch (Exception e)
            {
                // The check did not foresee this entry. It must not keep the verdicts of the other wallets back.
                _failure = e;
            }
        }

        public WalletVerdict End()
        {
            if (_check is null)
            {
                return new WalletVerdict(WalletId, 0, 0, $"its head row cannot be read: {_failure!.Message}");
            }

            if (_failure is not null)
            {
                return new WalletVerdict(WalletId, _check.Count, _check.Count + 1, $"it cannot be checked: {_failure.Message}");
            }

            var fault = _check.End(_head!, _stored.Head.HeadHash.Span);
            return new WalletVerdict(WalletId, _check.Count, fault?.Version, fault?.Reason);
        }
    }
}

/// <summary>A history has more entries than the caller wants to wait for.</summary>
public sealed class HistoryTooLongException(long entries) : Exception($"The history has {entries} entries.")
{
    /// <summary>How many it has.</summary>
    public long Entries => entries;
}
