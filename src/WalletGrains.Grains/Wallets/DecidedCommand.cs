using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Wallets;

/// <summary>A durable decision and the fingerprint of the request it answers.</summary>
internal sealed class DecidedCommand
{
    private readonly ReadOnlyMemory<byte> _fingerprint;
    private readonly WalletRefusal _refusal;

    // Decoded only when it is what is answered.
    private readonly WalletEntry? _row;
    private Entry? _entry;

    /// <summary>A command that was accepted with this entry.</summary>
    public DecidedCommand(ReadOnlyMemory<byte> fingerprint, Entry entry) => (_fingerprint, _entry) = (fingerprint, entry);

    /// <summary>A command that was refused.</summary>
    public DecidedCommand(ReadOnlyMemory<byte> fingerprint, WalletRefusal refusal) =>
        (_fingerprint, _refusal) = (fingerprint, refusal);

    /// <summary>A command that was accepted, as the journal has it.</summary>
    public DecidedCommand(WalletEntry row) => (_fingerprint, _row) = (row.Fingerprint, row);

    /// <summary>A decision as the journal has it.</summary>
    public static DecidedCommand FromStored(StoredDecision stored) => stored.Entry is { } row
        ? new DecidedCommand(row)
        : new DecidedCommand(stored.Refusal!.Fingerprint, RefusalContent.Decode(stored.Refusal.Content.Span));

    /// <summary>The id of the entry; null when the command was refused.</summary>
    public Guid? EntryId => _row?.EntryId ?? _entry?.EntryId;

    /// <summary>The answer to a request with this fingerprint under the same request id.</summary>
    public WalletOutcome AnswerTo(ReadOnlySpan<byte> fingerprint, bool replayed)
    {
        if (!_fingerprint.Span.SequenceEqual(fingerprint))
        {
            return new WalletOutcome.NotDecided(NotDecidedReason.RequestIdReused, EntryId);
        }

        if (_entry is null && _row is not null)
        {
            _entry = EntryContent.Decode(_row.Content);
        }

        return _entry is null ? new WalletOutcome.Refused(_refusal, replayed) : new WalletOutcome.Accepted(_entry, replayed);
    }
}
