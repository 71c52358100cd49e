using System.Text.Json;
using WalletGrains.Contracts.Bulks;
using WalletGrains.Journal.Bulks;

namespace WalletGrains.Simulation.Audit;

/// <summary>One leg of a bulk, with the ids it was given.</summary>
internal sealed record AuditedLeg(Guid From, Guid To, long Amount, string Currency, string? Words, Guid TransferId, Guid HoldId)
{
    /// <summary>Whether this is what was asked for.</summary>
    public bool Answers(BulkLeg asked) =>
        (From, To, Amount, Currency, Words)
        == (asked.FromWalletId, asked.ToWalletId, asked.Amount.MinorUnits, asked.Amount.Currency.Code, asked.Description);
}

/// <summary>One bulk transfer from the moment its row was written.</summary>
internal sealed class BulkBook(BulkRow row)
{
    public BulkRow Row { get; set; } = row;

    public List<AuditedLeg> Legs { get; } = Read(row.Legs);

    public bool IsFinal => Row.State is BulkState.Completed or BulkState.Failed;

    public string HoldIdOf(int leg) => $"b:{Row.BulkId:N}/{leg}/hold";

    public string ReleaseIdOf(int leg) => $"b:{Row.BulkId:N}/{leg}/release";

    public string DebitIdOf(int leg) => $"t:{Legs[leg].TransferId:N}/debit";

    /// <summary>What a step of a leg may ask for.</summary>
    public IEnumerable<Content> ContentsOf(string requestId, int leg)
    {
        var (asked, isReleasing) = (Legs[leg], Row.State is BulkState.Releasing or BulkState.Failed);
        if (requestId == DebitIdOf(leg))
        {
            return [new Content(Kinds.HeldTransferOut, asked.Amount, asked.Currency, asked.To, asked.Words)];
        }

        if (requestId == ReleaseIdOf(leg))
        {
            return isReleasing ? [new Content(Kinds.Release, null, null, asked.HoldId, null)] : [];
        }

        // When it is given up, a hold of nothing takes the place of one that may still come.
        var hold = new Content(Kinds.Hold, asked.Amount, asked.Currency, null, asked.Words);
        return isReleasing ? [hold, hold with { Amount = 0, Words = null }] : [hold];
    }

    private static List<AuditedLeg> Read(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        return [.. document.RootElement.EnumerateArray().Select(json => new AuditedLeg(
            json.GetProperty("from").GetGuid(),
            json.GetProperty("to").GetGuid(),
            json.GetProperty("amountMinor").GetInt64(),
            json.GetProperty("currency").GetString()!,
            json.TryGetProperty("description", out var words) ? words.GetString() : null,
            json.GetProperty("transferId").GetGuid(),
            json.GetProperty("holdId").GetGuid()))];
    }
}
