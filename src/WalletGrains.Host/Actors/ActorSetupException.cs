namespace WalletGrains.Host.Actors;

/// <summary>The actor runtime cannot be set up as it was asked for. The message is one sentence for the operator and names the setting.</summary>
public sealed class ActorSetupException(string message) : Exception(message);
