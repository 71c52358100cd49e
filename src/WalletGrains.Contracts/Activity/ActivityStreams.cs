namespace WalletGrains.Contracts.Activity;

/// <summary>The names of the streams that tell of what became durable.</summary>
public static class ActivityStreams
{
    /// <summary>The stream provider.</summary>
    public const string Provider = "Activity";

    /// <summary>The namespace of the streams of <see cref="ActivityBatch"/>; the key of a stream is the number of its partition.</summary>
    public const string Wallets = "wallet-activity";
}
