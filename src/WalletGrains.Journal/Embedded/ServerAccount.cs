namespace WalletGrains.Journal.Embedded;

/// <summary>
/// The operating system user the server runs as: the host's own, or an unprivileged one when the host is root, because
/// PostgreSQL refuses to run as root.
/// </summary>
/// <param name="UserName">Null: the host's own user.</param>
internal sealed record ServerAccount(string? UserName)
{
    public static readonly ServerAccount Own = new((string?)null);

    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(30);

    /// <summary>The user for a new cluster.</summary>
    /// <exception cref="EmbeddedPostgresException">The host is root and there is no unprivileged user.</exception>
    public static async Task<ServerAccount> ForNewClusterAsync(CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess) return Own;

        foreach (var name in new[] { "postgres", "nobody" })
            if ((await RunAsync("id", ["-u", name], cancellationToken)).Succeeded)
                return new ServerAccount(name);

        throw new EmbeddedPostgresException(EmbeddedPostgresProblem.StartFailed,
            "PostgreSQL does not run as root, and this system has neither a user 'postgres' nor a user 'nobody' to run it as.");
    }

    /// <summary>
    /// The user of an existing cluster: its owner, so that a folder made by an ordinary user stays hers when root starts the
    /// host once; a cluster that root or a vanished user owns goes to the user for new ones.
    /// </summary>
    public static async Task<ServerAccount> ForClusterAsync(string clusterFolder, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess) return Own;
        return await OwnerAsync(clusterFolder, cancellationToken) is { } owner and not "root" and not "UNKNOWN"
            ? new ServerAccount(owner)
            : await ForNewClusterAsync(cancellationToken);
    }

    /// <summary>Name of the owner of a file or folder; null when it cannot be told.</summary>
    public static async Task<string?> OwnerAsync(string path, CancellationToken cancellationToken)
    {
        string[] format = OperatingSystem.IsMacOS() ? ["-f", "%Su"] : ["-c", "%U"];
        var stat = await RunAsync("stat", [.. format, path], cancellationToken);
        return stat.Succeeded ? stat.Output : null;
    }

    /// <summary>Whether this user can enter a folder. The kernel is asked, as that user: modes alone do not tell (ACLs, mounts).</summary>
    public Task<bool> CanEnterAsync(string folder, CancellationToken cancellationToken) =>
        CanExecuteAsync(folder, cancellationToken);

    /// <summary>Whether this user can run a program, or enter a folder.</summary>
    public async Task<bool> CanExecuteAsync(string path, CancellationToken cancellationToken)
    {
        if (UserName is null) return true;
        return (await ChildCommand.RunAsync(ChildCommand.StartInfo("test", ["-x", path], this, "/"), CommandLimit, cancellationToken)).Succeeded;
    }

    /// <summary>Makes this user the owner of files and folders, with all that is in them. Nothing to do for the host's own.</summary>
    /// <exception cref="EmbeddedPostgresException">The file system does not let root do that (a root-squashed share).</exception>
    public async Task TakeOverAsync(CancellationToken cancellationToken, params string[] paths)
    {
        if (UserName is null) return;
        // -h: a link is handed over itself and never what it points to.
        var chown = await RunAsync("chown", ["-hR", UserName, .. paths], cancellationToken);
        if (!chown.Succeeded)
            throw new EmbeddedPostgresException(EmbeddedPostgresProblem.FolderUnusable,
                $"The data folder cannot be handed over to the user '{UserName}': {chown.LastLine}");
    }

    /// <summary>As <see cref="TakeOverAsync"/>, for an existing cluster that somebody else may own.</summary>
    /// <exception cref="EmbeddedPostgresException">The file system does not let root do that.</exception>
    public async Task TakeOverUnlessOwnerAsync(string path, CancellationToken cancellationToken)
    {
        if (UserName is not null && await OwnerAsync(path, cancellationToken) != UserName) await TakeOverAsync(cancellationToken, path);
    }

    private static Task<CommandResult> RunAsync(string program, string[] arguments, CancellationToken cancellationToken) =>
        ChildCommand.RunAsync(ChildCommand.StartInfo(program, arguments, Own, "/"), CommandLimit, cancellationToken);
}
