using System.Globalization;

namespace WalletGrains.Simulation.Audit;

/// <content>What left lately, and what the limits say to more.</content>
internal sealed partial class WalletBook
{
    private readonly List<long> _spentSeconds = [];
    private readonly SortedDictionary<long, long> _spentByQuarterHour = [];
    private readonly HashSet<Guid> _countedHolds = [];
    private readonly Dictionary<Guid, DateTimeOffset> _transferDebits = [];
    private DateTimeOffset? _dayCountedSince;
    private long? _perTransaction;
    private long? _perDay;
    private long? _perMinute;

    private bool ExceedsLimits(long amount, DateTimeOffset at) =>
        amount > _perTransaction
        || amount > _perDay - _spentByQuarterHour.Values.Sum()
        || _spentSeconds.Count(second => second >= at.ToUnixTimeSeconds() - 60) >= _perMinute;

    /// <summary>Counts what left against the limits. A run is shorter than a day, so all of it is today.</summary>
    private void Spend(AuditedEntry entry)
    {
        switch (entry.Kind)
        {
            case Kinds.Withdraw or Kinds.TransferOut or Kinds.Hold:
                if (entry.TransferId is { } transferId)
                {
                    _transferDebits.Add(transferId, entry.CreatedAt);
                }

                Count(entry);
                break;

            case Kinds.Capture or Kinds.Release or Kinds.Expire or Kinds.HeldTransferOut or Kinds.BillPayment or Kinds.BillReversal:
                GiveBack(Holds[entry.Hold!.HoldId], entry.Hold.Captured);
                break;

            case Kinds.TransferRefund:
                GiveBackDebit(entry);
                break;

            case Kinds.SetLimits:
                SetLimits(entry.Limits!, entry.CreatedAt);
                break;
        }
    }

    private void Count(AuditedEntry entry)
    {
        if (_perMinute is not null)
        {
            _spentSeconds.Add(entry.CreatedAt.ToUnixTimeSeconds());
        }

        if (_perDay is not null)
        {
            var quarter = QuarterHour(entry.CreatedAt);
            _spentByQuarterHour[quarter] = _spentByQuarterHour.GetValueOrDefault(quarter) + entry.Amount;
            if (entry.Hold is { } placed)
            {
                _countedHolds.Add(placed.HoldId);
            }
        }
    }

    // There where it was counted, if it was.
    private void GiveBack(AuditedHold hold, long captured)
    {
        var quarter = QuarterHour(hold.CreatedAt);
        if (_countedHolds.Remove(hold.HoldId) && _spentByQuarterHour.TryGetValue(quarter, out var spent))
        {
            _spentByQuarterHour[quarter] = Math.Max(0, spent - (hold.Amount - captured));
        }
    }

    // A debit of the very moment that counting began may be from before it.
    private void GiveBackDebit(AuditedEntry refund)
    {
        var debitedAt = _transferDebits[refund.TransferId!.Value];
        var quarter = QuarterHour(debitedAt);
        if (debitedAt > _dayCountedSince && _spentByQuarterHour.TryGetValue(quarter, out var spent))
        {
            _spentByQuarterHour[quarter] = Math.Max(0, spent - refund.Amount);
        }
    }

    private void SetLimits(string limits, DateTimeOffset at)
    {
        var set = limits.Split('/').Select(text => text.Length == 0 ? (long?)null : long.Parse(text, CultureInfo.InvariantCulture)).ToList();
        (_perTransaction, _perDay, _perMinute) = (set[0], set[1], set[2]);

        // What left before counts only where there was such a limit already.
        _dayCountedSince = _perDay is null ? null : _dayCountedSince ?? at;
        if (_perDay is null)
        {
            _spentByQuarterHour.Clear();
            _countedHolds.Clear();
        }

        if (_perMinute is null)
        {
            _spentSeconds.Clear();
        }
    }

    private static long QuarterHour(DateTimeOffset at) => at.ToUnixTimeSeconds() / 900;
}
