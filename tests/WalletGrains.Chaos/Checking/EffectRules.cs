using WalletGrains.Chaos.Traffic;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Chaos.Checking;

/// <summary>Each operation against its own entry: there exactly once when acknowledged, never when refused.</summary>
internal static class EffectRules
{
    public static IEnumerable<Finding> Check(Evidence evidence)
    {
        var explained = new HashSet<Guid>();
        foreach (var record in evidence.Operations)
        {
            var entries = evidence.Books.EntriesOf(record.Operation).ToList();
            explained.UnionWith(entries.Select(entry => entry.EntryId));
            foreach (var finding in CheckAnswers(record).Concat(CheckCount(record, entries)).Concat(CheckPresence(evidence, record, entries)))
            {
                yield return finding;
            }
        }

        // Credits and refunds are the transfers' own.
        foreach (var entry in evidence.Books.Entries)
        {
            if (entry.Type is not ("TRANSFER_IN" or "TRANSFER_REFUND") && !explained.Contains(entry.EntryId))
            {
                yield return new Finding(Fault.Duplicated, $"{entry}: nobody asked for it");
            }
        }
    }

    private static IEnumerable<Finding> CheckAnswers(OperationRecord record)
    {
        if (record.Attempts.Where(attempt => attempt.Reply.IsDefinite).Select(Essence).Distinct().Count() > 1)
        {
            yield return new Finding(Fault.Contradicted, $"{record}");
        }
    }

    private static IEnumerable<Finding> CheckCount(OperationRecord record, List<BookEntry> entries)
    {
        var fresh = record.Attempts.Count(attempt => attempt.Reply is Reply.Ok { Replayed: false });
        if (entries.Count > 1 || fresh > 1)
        {
            yield return new Finding(Fault.Duplicated, $"{record}: acknowledged as new {fresh} times, {entries.Count} entries");
        }
    }

    private static IEnumerable<Finding> CheckPresence(Evidence evidence, OperationRecord record, List<BookEntry> entries)
    {
        var isThere = entries.Count > 0;
        var wasThere = evidence.Looked.EntriesOf(record.Operation).Any();
        switch (record.Definite)
        {
            case { Reply: Reply.Ok } when !isThere || !Matches(record, entries[0]):
                yield return new Finding(Fault.Lost, $"{record}: acknowledged; the books have {(isThere ? entries[0] : "nothing")}");
                break;
            case { Reply: Reply.Ok { Replayed: true } } definite when !wasThere && IsFirstAfter(record, evidence.Looked.ReadAt, definite):
                yield return new Finding(Fault.Resurrected, $"{record}: was not there when looked up, and is a repeat");
                break;
            case { Reply: Reply.Refused } when isThere && !IsRefunded(evidence, entries[0]):
                yield return new Finding(Fault.Resurrected, $"{record}: refused, and the books have {entries[0]}");
                break;
            case null when !record.WasUnknown && isThere:
                yield return new Finding(Fault.Resurrected, $"{record}: reported not done, and the books have {entries[0]}");
                break;
            case null when wasThere && !isThere:
                yield return new Finding(Fault.Lost, $"{record}: was there when looked up, and is not any more");
                break;
            case null when !wasThere && isThere:
                yield return new Finding(Fault.Resurrected, $"{record}: was not there when looked up, and the books have {entries[0]}");
                break;
        }
    }

    /// <summary>Whether this is the first request since the books were looked at.</summary>
    private static bool IsFirstAfter(OperationRecord record, long lookedAt, Attempt attempt) =>
        record.Attempts.FirstOrDefault(other => other.InvokedAt >= lookedAt) == attempt;

    private static bool IsRefunded(Evidence evidence, BookEntry debit) =>
        evidence.Books.Transfers.Any(transfer => transfer.DebitId == debit.EntryId && transfer.RefundId is not null);

    /// <summary>Whether the entry is what the client was told. What a hold's answer says is in <see cref="HoldRules"/>.</summary>
    private static bool Matches(OperationRecord record, BookEntry entry)
    {
        var operation = record.Operation;
        var told = ((Reply.Ok)record.Definite!.Reply).Json;
        return entry.AmountMinor == operation.SignedAmountMinor && operation.Kind switch
        {
            OperationKind.Deposit or OperationKind.Withdraw => ToldBalance()
                && told.GetProperty("transactionId").GetGuid() == entry.EntryId && told.GetProperty("version").GetInt64() == entry.Version,
            OperationKind.Transfer => ToldBalance(),
            _ => true,
        };

        bool ToldBalance() => told.GetProperty("balance").GetDecimal() * 100 == entry.BalanceAfterMinor
            && told.GetProperty("amount").GetDecimal() * 100 == operation.AmountMinor;
    }

    private static string Essence(Attempt attempt) => attempt.Reply switch
    {
        Reply.Ok ok => ok.Body,
        Reply.Refused refused => refused.Code,
        _ => "",
    };
}
