namespace WalletGrains.Journal.Embedded;

/// <summary>A started embedded server. All of it stays as it is for as long as the host lives, restarts of the server included.</summary>
/// <param name="ConnectionString">Npgsql connection string with password, to the product's database.</param>
/// <param name="Version">Version of the server, such as 15.18.</param>
/// <param name="DataFolder">The folder in use: the wanted one, or its stand-in when the host runs as root and the server's
/// user cannot enter that.</param>
/// <param name="IsRelocated">Whether <paramref name="DataFolder"/> is not the wanted one.</param>
/// <param name="BinFolder">Where the binaries come from.</param>
public sealed record EmbeddedPostgresServer(string ConnectionString, Version Version, string DataFolder, bool IsRelocated, string BinFolder)
{
    /// <summary>Without the connection string: it holds the password.</summary>
    public override string ToString() => $"PostgreSQL {Version} in {DataFolder}";
}

/// <summary>The life of an embedded server.</summary>
public enum EmbeddedPostgresState
{
    /// <summary>Not yet started, or on its first way up.</summary>
    Starting,

    /// <summary>Answers queries.</summary>
    Running,

    /// <summary>Died and is being started again, until it runs or the host stops it.</summary>
    Restarting,

    /// <summary>Stopped by the host, or never came up. Final.</summary>
    Stopped,
}
