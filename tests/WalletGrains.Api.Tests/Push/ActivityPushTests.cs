using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Push;
using WalletGrains.Api.Tests.Auth;
using WalletGrains.Api.Wallets;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Wallets;
using Xunit;

namespace WalletGrains.Api.Tests.Push;

/// <summary>A wallet that cannot be read, and its neighbours in the same batch.</summary>
public sealed class ActivityPushTests : IDisposable
{
    private static readonly Currency Naira = Currency.Parse("NGN");

    private readonly PushMetrics _metrics = new();
    private readonly PushConnections _connections;
    private readonly WalletDirectory _wallets;
    private readonly ActivityPush _push;
    private readonly Guid _broken = Guid.NewGuid();
    private readonly Guid _owner = Guid.NewGuid();
    private readonly Pipe _sent = new();
    private LiveCredentials? _credentials;
    private bool _isStoreAway;

    public ActivityPushTests()
    {
        _connections = new PushConnections(Options.Create(new PushOptions()), _metrics);
        _connections.Open();
        var grains = Scripted.Of<IGrainFactory>((method, arguments) => method.GetGenericArguments()[0] == typeof(IActivityGrain)
            ? Scripted.Of<IActivityGrain>(_ => _isStoreAway ? Task.FromException<long>(new UnavailableException("It is away.")) : Task.FromResult(0L))
            : Scripted.Of<IWalletGrain>(_ => (Guid)arguments[0]! == _broken || _isStoreAway
                ? Task.FromException<WalletProfile?>(new InvalidOperationException("It makes no sense."))
                : Task.FromResult<WalletProfile?>(new WalletProfile((Guid)arguments[0]!, _owner, Naira))));
        _wallets = new WalletDirectory(grains);
        _push = new ActivityPush(_connections, _wallets, grains, NullLogger<ActivityPush>.Instance);
    }

    [Fact]
    public async Task A_wallet_that_cannot_be_read_time_and_again_is_left_out_and_its_neighbours_are_told()
    {
        await ConnectAsync();
        var neighbour = Guid.NewGuid();
        for (var i = 1; i < ApiLimits.MaxOwnerFailures; i++)
        {
            await Assert.ThrowsAsync<UnavailableException>(() => _push.DeliverAsync(Batch(_broken, neighbour)));
        }

        await _push.DeliverAsync(Batch(_broken, neighbour));
        var told = Encoding.UTF8.GetString((await _sent.Reader.ReadAsync(TestContext.Current.CancellationToken)).Buffer.FirstSpan);
        Assert.Contains(neighbour.ToString(), told, StringComparison.Ordinal);
        Assert.DoesNotContain(_broken.ToString(), told, StringComparison.Ordinal);

        // And it holds nobody up any more.
        await _push.DeliverAsync(Batch(_broken));
    }

    [Fact]
    public async Task While_the_store_is_away_no_wallet_is_left_out()
    {
        _isStoreAway = true;
        for (var i = 0; i < 2 * ApiLimits.MaxOwnerFailures; i++)
        {
            await Assert.ThrowsAsync<UnavailableException>(() => _push.DeliverAsync(Batch(_broken)));
        }

        _isStoreAway = false;
        await Assert.ThrowsAsync<UnavailableException>(() => _push.DeliverAsync(Batch(_broken)));
    }

    public void Dispose()
    {
        _wallets.Dispose();
        _metrics.Dispose();
        _credentials?.Dispose();
    }

    private async Task ConnectAsync()
    {
        _credentials = await Believed.FromNowAsync(TimeProvider.System);
        var context = new DefaultConnectionContext("one", new Duplex(new Pipe().Reader, _sent.Writer), new Duplex(_sent.Reader, new Pipe().Writer));
        var hub = new HubConnectionContext(context, new HubConnectionContextOptions(), NullLoggerFactory.Instance) { Protocol = new JsonHubProtocol() };
        var connection = new PushConnection(
            hub, _owner, isOperator: false, _credentials, new PushOptions { ResumeWindowMilliseconds = 0 }, _metrics, TimeProvider.System, NullLogger.Instance);
        Assert.Null(_connections.Add(connection));
        _ = connection.RunAsync();
    }

    private static ActivityBatch Batch(params Guid[] walletIds) => new(0, 1, 0, 1, [.. walletIds.Select(walletId => new ActivityEvent(walletId, 1, EntryOf(walletId)))]);

    private static Entry EntryOf(Guid walletId) => new(
        Guid.NewGuid(), walletId, 1, EntryType.Fund, new Money(1, Naira), 0, 1, "external:cash", RequestId.FromClient("r"), null, null, DateTimeOffset.UnixEpoch);

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
