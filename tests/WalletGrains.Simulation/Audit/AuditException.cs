namespace WalletGrains.Simulation.Audit;

/// <summary>Something happened that must not.</summary>
internal sealed class AuditException(string message) : Exception(message);
