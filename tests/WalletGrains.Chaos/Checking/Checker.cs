using WalletGrains.Chaos.Traffic;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Chaos.Checking;

/// <summary>All that the audit goes by: data only.</summary>
/// <param name="Operations">What clients asked and were told.</param>
/// <param name="Reads">What they read meanwhile.</param>
/// <param name="Looked">The books when the traffic was over and what was left unknown was looked up.</param>
/// <param name="Books">The books at the end.</param>
/// <param name="Shown">What the product itself shows at the end, through each host.</param>
internal sealed record Evidence(
    IReadOnlyList<OperationRecord> Operations,
    IReadOnlyList<ReadRecord> Reads,
    Books Looked,
    Books Books,
    IReadOnlyList<BookHead> Shown);

/// <summary>
/// The auditor. It knows the HTTP contract and the tables, shares no rule with the product, and believes neither: it compares
/// what clients were told with what the books say.
/// </summary>
internal static class Checker
{
    public static Verdict Check(Evidence evidence)
    {
        var findings = new List<Finding>();
        findings.AddRange(EffectRules.Check(evidence));
        findings.AddRange(TransferRules.Check(evidence));
        findings.AddRange(HoldRules.Check(evidence));
        findings.AddRange(LedgerRules.Check(evidence));
        findings.AddRange(OrderRules.Check(evidence));
        return new Verdict(findings, Resolve(evidence), OrderRules.CountStaleReads(evidence));
    }

    private static Resolved Resolve(Evidence evidence)
    {
        var (durable, absent, refused) = (0, 0, 0);
        foreach (var record in evidence.Operations.Where(record => record.WasUnknown))
        {
            switch (record.Definite?.Reply)
            {
                case Reply.Ok { Replayed: true }:
                    durable++;
                    break;
                case Reply.Refused:
                    refused++;
                    break;
                default:
                    absent++;
                    break;
            }
        }

        return new Resolved(durable, absent, refused);
    }
}
