using Microsoft.Extensions.Logging;

namespace WalletGrains.Journal.Embedded;

/// <summary>
/// The private PostgreSQL of a host: found, created, started, kept running and stopped by it. One instance is one life:
/// started once, stopped once. All members may be called from many threads.
/// </summary>
/// <remarks>
/// The connection string stays valid for the whole life: a server that dies comes back under the same socket, password and
/// port. A host that is killed leaves its server running; the next start on the folder stops that one first.
/// </remarks>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private static readonly TimeSpan OrphanShutdownLimit = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly StateBoard _state = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly EmbeddedPostgresOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<EmbeddedPostgres> _logger;

    private Task<EmbeddedPostgresServer>? _starting;
    private Task? _stopped;
    private FolderLock? _folderLock;
    private SocketFolder? _socketFolder;
    private ServerSupervisor? _supervisor;

    public EmbeddedPostgres(EmbeddedPostgresOptions options, TimeProvider time, ILogger<EmbeddedPostgres> logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>Where the server is in its life now.</summary>
    public EmbeddedPostgresState State => _state.Current;

    /// <summary>Process id of the postmaster; null while none answers.</summary>
    public int? ServerProcessId => State == EmbeddedPostgresState.Running ? _supervisor?.ProcessId : null;

    /// <summary>
    /// Starts the server, after creating the cluster and the product's database where they are missing, and returns once it
    /// answers queries. It is then kept running until <see cref="StopAsync"/>.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">It cannot be started; nothing is left running and the lock is given back.</exception>
    /// <exception cref="InvalidOperationException">It was started or stopped before.</exception>
    public Task<EmbeddedPostgresServer> StartAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_starting is not null || _stopped is not null) throw new InvalidOperationException("An EmbeddedPostgres is started once.");
            return _starting = StartOrReleaseAsync(cancellationToken);
        }
    }

    /// <summary>Completes when the server is running: at once if it is, else after its next start.</summary>
    /// <exception cref="EmbeddedPostgresException">It was stopped.</exception>
    public Task WaitUntilRunningAsync(CancellationToken cancellationToken) => WaitUntilAsync(EmbeddedPostgresState.Running, cancellationToken);

    /// <summary>Completes when the server is in this state or enters it next, however short it stays there.</summary>
    /// <exception cref="EmbeddedPostgresException">It was stopped and never will be.</exception>
    public Task WaitUntilAsync(EmbeddedPostgresState state, CancellationToken cancellationToken) => _state.WaitUntilAsync(state, cancellationToken);

    /// <summary>
    /// Stops the server with a fast shutdown (open transactions are rolled back, a checkpoint is written), by force when that
    /// takes longer than <see cref="EmbeddedPostgresOptions.StopTimeLimit"/>, and gives the folder free. Repeated calls wait for the first.
    /// </summary>
    public Task StopAsync()
    {
        lock (_lock) return _stopped ??= StopCoreAsync();
    }

    /// <summary>
    /// Stops the server that a killed host left on a folder, without starting a new one: before such a folder is moved or
    /// deleted. Does nothing when there is none.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">A living host uses the folder, or the server cannot be ended.</exception>
    public static async Task StopOrphanAsync(string dataFolder, TimeProvider time, ILogger<EmbeddedPostgres> logger, CancellationToken cancellationToken)
    {
        var place = await DataPlace.ChooseAsync(dataFolder, cancellationToken);
        if (!Directory.Exists(place.Folder)) return;
        using var folderLock = FolderLock.Take(place);
        await OrphanedServer.StopAsync(place, OrphanShutdownLimit, time, logger, cancellationToken);
        SocketFolder.RemoveAbandoned(place);
    }

    /// <summary>
    /// What there is on a folder, without touching it: whether it has data, and how to connect to the server that runs on it.
    /// For tools that work beside a host.
    /// </summary>
    public static async Task<EmbeddedPostgresFinding> FindAsync(string dataFolder, CancellationToken cancellationToken)
    {
        var place = await DataPlace.ChooseAsync(dataFolder, cancellationToken);
        if (!Directory.Exists(place.Cluster)) return new EmbeddedPostgresFinding(HasData: false, ConnectionString: null);
        return new EmbeddedPostgresFinding(HasData: true, await RunningServer.FindAsync(place, cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task<EmbeddedPostgresServer> StartOrReleaseAsync(CancellationToken cancellationToken)
    {
        await Task.Yield(); // Out of the lock.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        try
        {
            return await StartCoreAsync(either.Token);
        }
        catch
        {
            await ReleaseAsync();
            throw;
        }
    }

    private async Task<EmbeddedPostgresServer> StartCoreAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            throw new EmbeddedPostgresException(EmbeddedPostgresProblem.StartFailed, "There is no embedded PostgreSQL on Windows: set a connection string, or use WSL.");
        _options.Validate();
        var place = await DataPlace.ChooseAsync(_options.DataFolder, cancellationToken);
        if (place.IsRelocated) _logger.FolderRelocated(place.Account.UserName, _options.DataFolder, place.Folder);
        place.Create();
        _folderLock = FolderLock.Take(place);

        var binaries = await PostgresBinaries.FindAsync(_options, place, _logger, cancellationToken);
        await OrphanedServer.StopAsync(place, _options.StopTimeLimit, _time, _logger, cancellationToken);
        await ClusterInitialization.EnsureAsync(place, binaries, _logger, cancellationToken);
        _socketFolder = await SocketFolder.CreateAsync(place, _options.LoopbackPort ?? SocketFolder.SocketNumber, cancellationToken);

        var launch = await ServerLaunch.PrepareAsync(_options, place, binaries, _socketFolder, cancellationToken);
        _supervisor = new ServerSupervisor(launch, _state, _time, _logger);
        await _supervisor.StartAsync(cancellationToken);
        return new EmbeddedPostgresServer(launch.ConnectionString, binaries.Version, place.Folder, place.IsRelocated, binaries.Folder);
    }

    private async Task StopCoreAsync()
    {
        await Task.Yield(); // Out of the lock.
        await _stopping.CancelAsync();
        if (_starting is not null)
            await _starting.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await ReleaseAsync();
    }

    private async Task ReleaseAsync()
    {
        if (_supervisor is not null) await _supervisor.DisposeAsync();
        _supervisor = null;
        _socketFolder?.Remove();
        _socketFolder = null;
        // Last: whoever gets the lock must find no server of ours.
        _folderLock?.Dispose();
        _folderLock = null;
        _state.Set(EmbeddedPostgresState.Stopped);
    }
}
