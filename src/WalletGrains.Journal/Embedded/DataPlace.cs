namespace WalletGrains.Journal.Embedded;

/// <summary>Where the data is, who runs the server there, and the names of what lies in it.</summary>
/// <param name="Folder">Full path of the folder in use.</param>
/// <param name="Account">User the server runs as.</param>
/// <param name="IsRelocated">Whether it is the stand-in of the folder that was asked for.</param>
internal sealed record DataPlace(string Folder, ServerAccount Account, bool IsRelocated)
{
    /// <summary>The PostgreSQL data directory proper. Exists only when initdb has finished: it gets this name by a rename.</summary>
    public string Cluster => Path.Combine(Folder, "cluster");

    public string PasswordFile => Path.Combine(Folder, "password");
    public string LockFile => Path.Combine(Folder, "lock");

    /// <summary>Names the process that holds the lock. Beside the lock file, which nobody else can open while it is held.</summary>
    public string HolderFile => Path.Combine(Folder, "holder");

    /// <summary>Names the folder of the unix socket, so that one left behind by a killed host is found and removed.</summary>
    public string SocketNoteFile => Path.Combine(Folder, "socket");

    /// <summary>Finds the place of a wanted folder; the same one at every start.</summary>
    /// <exception cref="EmbeddedPostgresException">There is data at the wanted place, but the server's user cannot get there.</exception>
    public static async Task<DataPlace> ChooseAsync(string wantedFolder, CancellationToken cancellationToken)
    {
        var wanted = ReachablePlace.Canonical(wantedFolder);
        if (!Environment.IsPrivilegedProcess) return new DataPlace(wanted, ServerAccount.Own, IsRelocated: false);

        if (HasCluster(wanted))
        {
            var owner = await ServerAccount.ForClusterAsync(Path.Combine(wanted, "cluster"), cancellationToken);
            if (await owner.CanEnterAsync(wanted, cancellationToken)) return new DataPlace(wanted, owner, IsRelocated: false);
            // An empty stand-in would look as if all the money were gone.
            throw new EmbeddedPostgresException(EmbeddedPostgresProblem.FolderUnusable,
                $"There is data in {wanted}, but the user '{owner.UserName}', who must run PostgreSQL, cannot enter that folder.");
        }

        var account = await ServerAccount.ForNewClusterAsync(cancellationToken);
        var standIns = await ReachablePlace.StandInsAsync(wanted, account, cancellationToken);
        foreach (var standIn in standIns)
            if (HasCluster(standIn))
                return new DataPlace(standIn, await ServerAccount.ForClusterAsync(Path.Combine(standIn, "cluster"), cancellationToken), IsRelocated: true);

        if (await account.CanEnterAsync(ReachablePlace.NearestExisting(wanted), cancellationToken))
            return new DataPlace(wanted, account, IsRelocated: false);
        if (standIns.Count > 0) return new DataPlace(standIns[0], account, IsRelocated: true);

        throw new EmbeddedPostgresException(EmbeddedPostgresProblem.FolderUnusable,
            $"The user '{account.UserName}', who must run PostgreSQL, can enter neither {wanted} nor any other place for data.");
    }

    /// <summary>Creates the folder where it is missing. Only its owner can list it; root's server user may pass through.</summary>
    /// <exception cref="EmbeddedPostgresException">It cannot be created.</exception>
    public void Create() => ReachablePlace.CreateFolder(Folder, Account);

    private static bool HasCluster(string folder) => Directory.Exists(Path.Combine(folder, "cluster"));
}
