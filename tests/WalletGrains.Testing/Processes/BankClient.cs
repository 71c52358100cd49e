using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace WalletGrains.Testing.Processes;

/// <summary>
/// A client of the HTTP interface that never believes more than it was told. It knows the addresses of all hosts, survives
/// their restarts, and leaves it to its caller which one to ask.
/// </summary>
/// <param name="timeout">How long it waits for an answer.</param>
/// <param name="addresses">The hosts.</param>
public sealed class BankClient(TimeSpan timeout, params Uri[] addresses) : IDisposable
{
    public const string OperatorPassword = "operator for the tests";

    /// <summary>Longer than the product lets any caller wait.</summary>
    private static readonly TimeSpan PatientTimeout = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan InsistLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan InsistPause = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 256, ConnectTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private volatile Uri[] _addresses = addresses;
    private volatile string? _token;

    /// <summary>A patient client of one host.</summary>
    public BankClient(Uri address) : this(PatientTimeout, address)
    {
    }

    /// <summary>Where the hosts are; changes when they are restarted.</summary>
    public IReadOnlyList<Uri> Addresses
    {
        get => _addresses;
        set => _addresses = [.. value];
    }

    /// <summary>Signs in as the first operator; it is created while the host starts, so it may take a moment to exist.</summary>
    public async Task SignInAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(InsistLimit);
        for (var host = 0; await TrySignInAsync(OperatorPassword, limit.Token, host) is not Reply.Ok; host++)
        {
            await Task.Delay(InsistPause, limit.Token);
        }
    }

    /// <summary>Signs in as the first operator, once.</summary>
    public async Task<Reply> TrySignInAsync(string password, CancellationToken cancellationToken, int host = 0)
    {
        var json = JsonSerializer.Serialize(new { email = "operator@walletgrains.local", password });
        var reply = await PostAsync("/auth/login", json, cancellationToken, host);
        if (reply is Reply.Ok { Json: var session })
        {
            _token = session.GetProperty("accessToken").GetString();
        }

        return reply;
    }

    /// <summary>Opens a wallet; beginning at the host with this number, as soon as there is one that can.</summary>
    public async Task<Guid> OpenWalletAsync(CancellationToken cancellationToken, int host = 0) =>
        (await InsistAsync("/wallets", """{"currency":"NGN"}""", host, cancellationToken)).GetProperty("id").GetGuid();

    /// <summary>Posts to the host with this number, counted round and round.</summary>
    public Task<Reply> PostAsync(string path, string json, CancellationToken cancellationToken, int host = 0) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, At(host, path)) { Content = new StringContent(json, Encoding.UTF8, "application/json") }, cancellationToken);

    /// <summary>Gets from the host with this number, counted round and round.</summary>
    public Task<Reply> GetAsync(string path, CancellationToken cancellationToken, int host = 0) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, At(host, path)), cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> InsistAsync(string path, string json, int host, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(InsistLimit);
        while (true)
        {
            if (await PostAsync(path, json, limit.Token, host++) is Reply.Ok ok)
            {
                return ok.Json;
            }

            await Task.Delay(InsistPause, limit.Token);
        }
    }

    private Uri At(int host, string path)
    {
        var hosts = _addresses;
        return new Uri(hosts[host % hosts.Length], path);
    }

    private async Task<Reply> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        using (request)
        {
            if (_token is { } token)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            try
            {
                using var response = await _http.SendAsync(request, limit.Token);
                var body = await response.Content.ReadAsStringAsync(limit.Token);
                return Read(response, body);
            }
            catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError)
            {
                // Nobody is there, so nothing was sent.
                return new Reply.NotDone("no connection", HasRetryAfter: false);
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                return new Reply.Unknown(e is OperationCanceledException ? "no answer in time" : "connection lost", HasRetryAfter: false);
            }
        }
    }

    private static Reply Read(HttpResponseMessage response, string body)
    {
        if (response.IsSuccessStatusCode)
        {
            return new Reply.Ok(body, response.Headers.Contains("Idempotent-Replay"));
        }

        var code = JsonDocument.Parse(body).RootElement.GetProperty("code").GetString()!;
        var hasRetryAfter = response.Headers.RetryAfter is not null;
        return (response.StatusCode, code) switch
        {
            (HttpStatusCode.ServiceUnavailable, "UNAVAILABLE") or (HttpStatusCode.TooManyRequests, _) => new Reply.NotDone(code, hasRetryAfter),
            ( >= HttpStatusCode.InternalServerError, _) => new Reply.Unknown(code, hasRetryAfter),
            _ => new Reply.Refused(response.StatusCode, code),
        };
    }
}
