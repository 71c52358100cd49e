using System.Net;

namespace WalletGrains.Host.Actors;

/// <summary>Where and how the actor runtime runs: the configuration section <c>Actors</c>.</summary>
public sealed class ActorOptions
{
    public const string Section = "Actors";

    private const int DefaultSiloPort = 11111;
    private const int DefaultGatewayPort = 30000;

    /// <summary>Silos with the same id in the same database form one cluster.</summary>
    public string ClusterId { get; set; } = "walletgrains";

    /// <summary>Under which name state and reminders are stored. Changing it hides all of them.</summary>
    public string ServiceId { get; set; } = "walletgrains";

    /// <summary>Null: <see cref="ActorClustering.Localhost"/> with the embedded database, else <see cref="ActorClustering.Database"/>.</summary>
    public ActorClustering? Clustering { get; set; }

    /// <summary>
    /// Where silos speak to each other; 0 takes any free port. Null: 11111, on localhost a free one.
    /// With clustering in the database keep it fixed: a restarted host takes over from its dead predecessor at once because
    /// it has the same address, and does not wait until the others give that one up.
    /// </summary>
    public int? SiloPort { get; set; }

    /// <summary>Where clients reach a silo; 0 takes any free port. Null: 30000, on localhost a free one.</summary>
    public int? GatewayPort { get; set; }

    /// <summary>The IP address under which the other processes reach this one. Null: the machine's first one that is not loopback.</summary>
    public string? AdvertisedAddress { get; set; }

    /// <summary>
    /// How long a silo may take to answer a probe of another one, and how often it is probed. One that was killed is given up
    /// after about 3 times as long, one that hangs after about 12 times, and its grains run elsewhere: a hanging one keeps its
    /// connections, and Orleans waits until they are silent for the longest time that a probe may take on a loaded machine.
    /// </summary>
    public int ProbeTimeoutSeconds { get; set; } = 5;

    /// <summary>How long a grain call may take before its caller gets a <see cref="TimeoutException"/>.</summary>
    public int ResponseTimeoutSeconds { get; set; } = 30;

    /// <summary>How long a stopping host waits for calls in progress.</summary>
    public int DrainSeconds { get; set; } = 15;

    /// <summary>How long a starting API waits for the first silo.</summary>
    public int ConnectSeconds { get; set; } = 60;

    /// <summary>Reads the section, fills in what depends on the role and the database, and checks the whole.</summary>
    /// <param name="configuration">The host's configuration.</param>
    /// <param name="role">What this process is going to do.</param>
    /// <param name="embeddedDatabase">Whether the host runs its own PostgreSQL, which no other process can reach.</param>
    /// <exception cref="ActorSetupException">A setting is wrong; the message names it.</exception>
    public static ActorOptions Read(IConfiguration configuration, ActorRole role, bool embeddedDatabase)
    {
        var options = Bind(configuration);
        options.Clustering ??= embeddedDatabase ? ActorClustering.Localhost : ActorClustering.Database;
        var local = options.Clustering == ActorClustering.Localhost;
        options.SiloPort ??= local ? 0 : DefaultSiloPort;
        options.GatewayPort ??= local ? 0 : DefaultGatewayPort;
        options.Check(role, embeddedDatabase);
        return options;
    }

    private static ActorOptions Bind(IConfiguration configuration)
    {
        try
        {
            return configuration.GetSection(Section).Get<ActorOptions>() ?? new ActorOptions();
        }
        catch (InvalidOperationException wrongType)
        {
            // The binder's own message names the setting, the value and the type.
            throw new ActorSetupException(wrongType.Message);
        }
    }

    private void Check(ActorRole role, bool embeddedDatabase)
    {
        Require(ClusterId is { Length: > 0 and <= 150 }, $"{Section}:ClusterId must have 1 to 150 characters.");
        Require(ServiceId is { Length: > 0 and <= 150 }, $"{Section}:ServiceId must have 1 to 150 characters.");
        Require(Enum.IsDefined(Clustering!.Value), $"{Section}:Clustering must be Localhost or Database.");
        Require(SiloPort is >= 0 and <= 65535, $"{Section}:SiloPort is {SiloPort}; it must be between 0 and 65535.");
        Require(GatewayPort is >= 0 and <= 65535, $"{Section}:GatewayPort is {GatewayPort}; it must be between 0 and 65535.");
        Require(SiloPort != GatewayPort || SiloPort == 0, $"{Section}:SiloPort and {Section}:GatewayPort are both {SiloPort}; they must differ.");
        Require(AdvertisedAddress is null || IsOwnAddress(AdvertisedAddress), $"{Section}:AdvertisedAddress is \"{AdvertisedAddress}\"; it must be an IP address that other processes can reach.");
        RequireSeconds(ProbeTimeoutSeconds, nameof(ProbeTimeoutSeconds), 60);
        RequireSeconds(ResponseTimeoutSeconds, nameof(ResponseTimeoutSeconds), 300);
        RequireSeconds(DrainSeconds, nameof(DrainSeconds), 300);
        RequireSeconds(ConnectSeconds, nameof(ConnectSeconds), 3600);
        Require(role == ActorRole.All || !embeddedDatabase, $"--role {Word(role)} needs a database that all processes reach: set ConnectionStrings:WalletGrains.");
        Require(role == ActorRole.All || Clustering == ActorClustering.Database, $"--role {Word(role)} needs {Section}:Clustering=Database; Localhost is one process with --role all.");
    }

    private static bool IsOwnAddress(string text) =>
        IPAddress.TryParse(text, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any);

    private static void RequireSeconds(int value, string name, int max) =>
        Require(value >= 1 && value <= max, $"{Section}:{name} is {value}; it must be between 1 and {max}.");

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new ActorSetupException(otherwise);
    }

    private static string Word(ActorRole role) => role == ActorRole.Silo ? "silo" : "api";
}
