using WalletGrains.Contracts;
using WalletGrains.Contracts.Audit;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using WalletGrains.Grains.Audit;
using WalletGrains.Journal;
using WalletGrains.Journal.Audit;
using Xunit;

namespace WalletGrains.Grains.Tests.Audit;

public sealed class AuditRowsTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Id = Guid.CreateVersion7();

    [Fact]
    public void A_transfer_is_found_by_its_debit_and_any_other_entry_is_what_was_made()
    {
        var transferId = Guid.CreateVersion7();
        Assert.Equal(new Made(MadeKind.Transfer, transferId), Read(MadeKind.Transaction, Content(EntryType.TransferOut, transferId)).Made);
        Assert.Equal(new Made(MadeKind.Transaction, Id), Read(MadeKind.Transaction, Content(EntryType.Fund, null)).Made);
        Assert.Equal(new Made(MadeKind.Bulk, Id), Read(MadeKind.Bulk, null).Made);
    }

    [Fact]
    public void An_entry_that_cannot_be_read_is_linked_all_the_same() =>
        Assert.Equal(new Made(MadeKind.Transaction, Id), Read(MadeKind.Transaction, "{"u8.ToArray()).Made);

    [Fact]
    public void What_was_found_says_so_and_that_it_was_there_before_where_no_clock_can_be_wrong_about_it()
    {
        Assert.Equal((true, false), Shown(Read(MadeKind.Bulk, null)));
        Assert.Equal((true, false), Shown(Read(MadeKind.Bulk, null, At - JournalLimits.MaxClockDifference)));
        Assert.Equal((true, true), Shown(Read(MadeKind.Bulk, null, At - JournalLimits.MaxClockDifference - TimeSpan.FromMilliseconds(1))));
        Assert.Equal((false, true), Shown(AuditRows.ToRequest(Row() with { Made = 1, MadeId = Id, Replayed = true })));
        var nothing = AuditRows.ToRequest(Row() with { MayHaveMade = 1 });
        Assert.Null(nothing.Made);
        Assert.Equal((false, false), Shown(nothing));
    }

    [Fact]
    public void A_request_id_is_shown_and_looked_for_as_its_client_wrote_it()
    {
        Assert.Equal("rent", AuditRows.ToRequest(Row() with { RequestId = "r:rent" }).RequestId);
        Assert.Null(AuditRows.ToRequest(Row()).RequestId);
        Assert.Equal(["c:rent", "r:rent"], AuditRows.ToRowQuery(new AuditQuery(null, 1, RequestId: "rent")).RequestIds);
        Assert.Null(AuditRows.ToRowQuery(new AuditQuery(null, 1)).RequestIds);
    }

    private static (bool FoundLater, bool Replayed) Shown(AuditedRequest request) => (request.FoundLater, request.Replayed);

    private static AuditedRequest Read(MadeKind kind, byte[]? content, DateTimeOffset? createdAt = null) => AuditRows.ToRequest(
        Row() with { MayHaveMade = (short)kind, Found = new AuditFinding(Id, createdAt ?? At, content is null ? (ReadOnlyMemory<byte>?)null : content) });

    private static byte[] Content(EntryType type, Guid? transferId) => EntryContent.Encode(new Entry(
        Id, Guid.CreateVersion7(), 1, type, new Money(1, Currency.Parse("USD")), 1, 0, "external:cash", RequestId.FromClient("rent"), transferId, null, At));

    private static AuditRow Row() => new(Id, At, "POST", "/wallets", null, 0, "{}", null, null, 503, TimeSpan.Zero, "c", null, null, false, 1);
}
