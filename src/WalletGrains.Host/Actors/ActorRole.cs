namespace WalletGrains.Host.Actors;

/// <summary>What a process does in the cluster: the word after <c>--role</c>.</summary>
public enum ActorRole
{
    /// <summary>Runs grains and serves HTTP.</summary>
    All,

    /// <summary>Runs grains only.</summary>
    Silo,

    /// <summary>Serves HTTP and calls the grains of the silos.</summary>
    Api,
}

/// <summary>How silos find each other.</summary>
public enum ActorClustering
{
    /// <summary>They don't: one process on this machine, known to nobody else.</summary>
    Localhost,

    /// <summary>Through the membership table in PostgreSQL.</summary>
    Database,
}
