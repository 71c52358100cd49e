namespace WalletGrains.Simulators.Globus;

/// <summary>Where and how the bank reports credits.</summary>
/// <param name="Url">Where to.</param>
/// <param name="Secret">What reports are signed with; null to keep the one in use.</param>
/// <param name="Concurrency">How many deliveries are under way at once.</param>
/// <param name="RedeliverMs">The pause before a delivery that was not answered with 200 is repeated; it doubles each time, up to a minute.</param>
public sealed record WebhookSettings(Uri Url, string? Secret = null, int Concurrency = 8, int RedeliverMs = 1_000);

/// <summary>How deliveries stand.</summary>
/// <param name="Paused">Whether deliveries wait until they are resumed.</param>
/// <param name="Pending">How many are waiting or under way.</param>
/// <param name="Accepted">How many were answered with 200.</param>
/// <param name="Attempts">How many were sent.</param>
/// <param name="GivenUp">How many were refused too often.</param>
public sealed record WebhookStatus(bool Paused, int Pending, int Accepted, int Attempts, int GivenUp);
