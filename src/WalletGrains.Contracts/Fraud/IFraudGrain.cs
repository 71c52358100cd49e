using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Contracts.Fraud;

/// <summary>
/// Looks at what leaves the wallets of one partition, its key, by the partition's stream: every entry once. What its rules find
/// becomes alerts, which it publishes to the stream 0 of <see cref="FraudStreams.Alerts"/> as <see cref="FraudAlert"/>s when they are raised.
/// </summary>
[Alias("walletgrains.IFraudGrain")]
public interface IFraudGrain : IGrainWithIntegerKey
{
    /// <summary>Follows up what somebody else has found about the partition's wallets, as what it finds itself.</summary>
    /// <param name="raised">The alerts that this raised.</param>
    [Alias("Tell")]
    Task TellAsync(List<Guid> raised);
}

/// <summary>The names of the streams of alerts.</summary>
public static class FraudStreams
{
    /// <summary>The namespace, in the provider of <see cref="Activity.ActivityStreams.Provider"/>. A message may come twice or not at all: the list
    /// of alerts is the record.</summary>
    public const string Alerts = "fraud-alerts";
}

/// <summary>Which alerts to list.</summary>
/// <param name="IsOpen">Only open ones, or only resolved ones; null for all.</param>
/// <param name="WalletId">Only those about this wallet.</param>
/// <param name="Before">The last alert of the page before; null for the first page.</param>
/// <param name="Limit">At most so many, up to <see cref="Limits.MaxPageSize"/>.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.FraudAlertQuery")]
public sealed record FraudAlertQuery(
    [property: Id(0)] bool? IsOpen, [property: Id(1)] Guid? WalletId, [property: Id(2)] Guid? Before, [property: Id(3)] int Limit);

/// <summary>The alerts, for operators. Key 0; every silo answers its own callers.</summary>
[Alias("walletgrains.IFraudAlertGrain")]
public interface IFraudAlertGrain : IGrainWithIntegerKey
{
    /// <summary>A page of alerts, the newest first.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("List")]
    Task<Page<FraudAlert>> ListAsync(FraudAlertQuery query);

    /// <summary>Resolves an alert. One that is resolved stays as it is. A frozen wallet stays frozen: unfreezing it is a decision of its own.</summary>
    /// <param name="alertId">The alert.</param>
    /// <param name="operatorId">Who decides.</param>
    /// <param name="note">Why.</param>
    /// <returns>The alert as it is then; null when there is none with this id.</returns>
    /// <exception cref="UnavailableException">The store is away; repeat the call.</exception>
    [Alias("Resolve")]
    Task<FraudAlert?> ResolveAsync(Guid alertId, Guid operatorId, string? note);
}
