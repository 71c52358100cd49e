using WalletGrains.Contracts;
using WalletGrains.Contracts.Fraud;
using WalletGrains.Domain.Fraud;
using WalletGrains.Journal.Fraud;

namespace WalletGrains.Grains.Fraud;

/// <summary>Findings and alerts as the store's rows, and back.</summary>
internal static class FraudRows
{
    public static FraudFindingRow ToRow(FraudFinding finding, Guid alertId, Guid walletId, Currency currency) => new(
        alertId,
        walletId,
        finding.Rule,
        NameOf(finding.Action),
        currency.Code,
        finding.Trigger.Version,
        finding.Trigger.At,
        finding.Evidence.Select(entry => new FraudEvidenceRow(entry.Version, entry.EntryId, entry.Type, entry.AmountMinor, entry.At)).ToList());

    public static FraudAlert ToAlert(FraudAlertRow row) => new(
        row.AlertId,
        row.WalletId,
        row.Rule,
        row.Action == NameOf(FraudAction.Hold) ? FraudAction.Hold : FraudAction.Flag,
        Currency.Parse(row.Currency),
        row.RaisedAt,
        row.NewestAt,
        row.Findings,
        row.Evidence.Select(entry => new FraudEvidence(entry.Version, entry.EntryId, entry.Type, entry.AmountMinor, entry.OccurredAt)).ToList(),
        row.HeldAt,
        row.ResolvedAt,
        row.ResolvedBy,
        row.Note);

    // What refuses raises no alerts.
    private static string NameOf(FraudAction action) => action is FraudAction.Hold ? "hold" : "flag";
}
