using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using WalletGrains.Benchmarks.Load.Targets;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Benchmarks.Load.Http;

/// <summary>Deposits or transfers over HTTP/1.1 with an operator's token; each caller has a connection that stays open.</summary>
internal sealed class HttpTarget : ILoadTarget
{
    private readonly MeasuredHost _host;
    private readonly Guid[] _wallets;
    private readonly HttpConnection[] _connections;

    private HttpTarget(MeasuredHost host, Guid[] wallets, HttpConnection[] connections) =>
        (_host, _wallets, _connections) = (host, wallets, connections);

    public string Name => LoadOptions.Http;

    public static async Task<HttpTarget> ConnectAsync(MeasuredHost host, Guid[] wallets, Mix mix, int connections)
    {
        var token = await SignInAsync(host);
        var open = new HttpConnection[connections];
        for (var i = 0; i < connections; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(host.Address.Host, host.Address.Port);
            open[i] = new HttpConnection(socket, host.Address.Authority, token, mix);
        }

        return new HttpTarget(host, wallets, open);
    }

    public Task OpenWalletsAsync(Workload workload) => GrainTarget.OpenAsync(_host.Grains, _wallets, workload.OpeningMinor);

    public ValueTask<string?> ExecuteAsync(Operation operation) =>
        _connections[operation.Caller].PostAsync(_wallets[operation.Wallet], operation.Receiver is { } receiver ? _wallets[receiver] : null, operation.RequestId);

    public Task<(long[] Heads, long[] Entries)> ReadBalancesAsync() => WalletBalances.ReadAsync(_host.DataSource, "public", _wallets);

    public ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>A token as every client gets one. It lives 15 minutes, longer than a run should.</summary>
    private static async Task<string> SignInAsync(MeasuredHost host)
    {
        var (email, password) = ($"load-{Guid.NewGuid():N}@walletgrains.local", Guid.NewGuid().ToString("N"));
        var user = host.Grains.GetGrain<IUserGrain>(Guid.CreateVersion7());
        if (await user.RegisterAsync(new RegisterUser(email, password, "Load", null, UserRole.Operator, null)) is not RegisterOutcome.Registered)
        {
            throw new InvalidOperationException("The load generator's user could not be registered.");
        }

        using var client = new HttpClient { BaseAddress = host.Address };
        using var response = await client.PostAsJsonAsync("/auth/login", new { email, password });
        response.EnsureSuccessStatusCode();
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        return body.GetProperty("accessToken").GetString()!;
    }
}
