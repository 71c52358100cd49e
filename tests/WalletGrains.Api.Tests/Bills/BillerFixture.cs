using System.Globalization;
using WalletGrains.Simulators;
using WalletGrains.Simulators.Admin;
using WalletGrains.Simulators.Billers;
using WalletGrains.Simulators.Faults;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Bills;

/// <summary>A host and the billers that it pays, which behave as badly as a test wants. One test at a time.</summary>
public sealed class BillerFixture : IAsyncLifetime
{
    /// <summary>A biller for which nobody listens.</summary>
    public const string Away = "away";

    /// <summary>A biller that does not take our key.</summary>
    public const string Locked = "locked";

    /// <summary>The water board, which is thought to take twice as much as it does.</summary>
    public const string Generous = "generous";

    /// <summary>The electricity company under another name, for tests in which it fails until its breaker opens.</summary>
    public const string Failing = "failing";

    private SimulatorServer? _simulators;
    private TcpProxy? _proxy;

    /// <summary>The water board under another name, for tests of one fault: so many failures as all of them together have would open its breaker.</summary>
    public static string For(FaultKind fault) => $"water-{fault}".ToLowerInvariant();

    public ApiFixture Api { get; } = new();

    public SimulatorAdmin Admin { get; private set; } = null!;

    /// <summary>Whether a proxy stands between the host and its database.</summary>
    public bool BehindProxy { private get; init; }

    /// <summary>That proxy, for outages.</summary>
    internal TcpProxy Proxy => _proxy!;

    public async ValueTask InitializeAsync()
    {
        _simulators = await SimulatorServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        Admin = new SimulatorAdmin(_simulators.Address);
        await Api.StartAsync("Development", BehindProxy ? Through : null, Settings(_simulators));
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }

        Admin.Dispose();
        await _simulators!.DisposeAsync();
    }

    /// <summary>The settings of a host that pays these billers, and does not wait long for anything.</summary>
    internal static string[] Settings(SimulatorServer simulators) =>
    [
        .. SimulatorServer.BillerCodes.SelectMany(code => Biller(simulators, code)),
        .. Enum.GetValues<FaultKind>().SelectMany(fault => Biller(simulators, "water", For(fault))),
        .. Biller(simulators, "electricity", Failing),
        .. Biller(simulators, "water", Away, ("BaseUrl", "http://127.0.0.1:1")),
        .. Biller(simulators, "water", Locked, ("ApiKey", "another")),
        .. Biller(simulators, "water", Generous, ("MaxAmount", "400000")),
        "--Bills:ReversalDelay=00:00:00.01",
        "--Bills:StatusDelay=00:00:00.01",
        "--Bills:UnreachedPatience=00:00:02",
        "--Jobs:Kinds:bill-payment:FirstBackoff=00:00:00.3",
        "--Jobs:Kinds:bill-payment:MaxBackoff=00:00:01",
        "--Jobs:Kinds:bill-status:FirstBackoff=00:00:00.02",
        "--Jobs:Kinds:bill-status:MaxBackoff=00:00:00.2",
        "--Jobs:Kinds:bill-reversal:FirstBackoff=00:00:00.02",
    ];

    /// <summary>Has the billers forget everything and begin to behave.</summary>
    internal async Task<JobWatch> BeginAsync()
    {
        await Admin.ResetAsync();
        return await JobWatch.StartAsync(Api.ConnectionString);
    }

    /// <summary>What a biller has booked for a payment; null when nothing.</summary>
    internal async Task<BillerPayment?> BookedAsync(string biller, Guid paymentId) =>
        (await Admin.PaymentsAsync(biller)).SingleOrDefault(payment => payment.Reference == ReferenceOf(paymentId));

    /// <summary>The reference under which a biller knows a payment.</summary>
    internal static string ReferenceOf(Guid paymentId) => paymentId.ToString();

    private string Through(string connectionString)
    {
        _proxy = TcpProxy.To(connectionString);
        return _proxy.ConnectionStringThrough(connectionString);
    }

    private static IEnumerable<string> Biller(SimulatorServer simulators, string code, string? name = null, params (string Setting, string Value)[] changes)
    {
        var settings = simulators.BillerSettings(code).ToDictionary();
        settings["TimeoutSeconds"] = "1";
        foreach (var (setting, value) in changes)
        {
            settings[setting] = value;
        }

        return settings.Select(setting => string.Create(CultureInfo.InvariantCulture, $"--Billers:{name ?? code}:{setting.Key}={setting.Value}"));
    }
}

/// <summary>The tests that share these billers.</summary>
[CollectionDefinition(Name)]
public sealed class BillerTests : ICollectionFixture<BillerFixture>
{
    public const string Name = "Billers";
}
