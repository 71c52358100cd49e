using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace WalletGrains.Host.Tests.Processes;

/// <summary>What a request came to, as its client saw it.</summary>
internal abstract record Reply
{
    /// <summary>Answered with success.</summary>
    public sealed record Ok(string Body, bool Replayed) : Reply
    {
        public JsonElement Json => JsonDocument.Parse(Body).RootElement;
    }

    /// <summary>Refused for good, with this code.</summary>
    public sealed record Refused(HttpStatusCode Status, string Code) : Reply;

    /// <summary>No definite answer: try again with the same request id.</summary>
    public sealed record Unknown(string Why, bool HasRetryAfter) : Reply;
}

/// <summary>A client of the HTTP interface that never believes more than it was told. Survives restarts of the host.</summary>
internal sealed class BankClient : IDisposable
{
    public const string OperatorPassword = "operator for the tests";

    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 256, ConnectTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = TimeSpan.FromSeconds(40),
    };

    private volatile Uri _address;
    private volatile string? _token;

    public BankClient(Uri address) => _address = address;

    /// <summary>Goes on against a restarted host.</summary>
    public void MoveTo(Uri address) => _address = address;

    /// <summary>Signs in as the first operator; it is created while the host starts, so it may take a moment to exist.</summary>
    public async Task SignInAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            var reply = await PostAsync("/auth/login", $$"""{"email":"operator@walletgrains.local","password":"{{OperatorPassword}}"}""", limit.Token);
            if (reply is Reply.Ok ok)
            {
                _token = ok.Json.GetProperty("accessToken").GetString();
                return;
            }

            limit.Token.ThrowIfCancellationRequested();
        }
    }

    public async Task<Guid> OpenWalletAsync(CancellationToken cancellationToken)
    {
        var reply = await PostAsync("/wallets", """{"currency":"NGN"}""", cancellationToken);
        return reply is Reply.Ok ok ? ok.Json.GetProperty("id").GetGuid() : throw new InvalidOperationException($"No wallet: {reply}");
    }

    public Task<Reply> PostAsync(string path, string json, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(_address, path)) { Content = new StringContent(json, Encoding.UTF8, "application/json") }, cancellationToken);

    public Task<Reply> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(_address, path)), cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<Reply> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            if (_token is { } token)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            try
            {
                using var response = await _http.SendAsync(request, cancellationToken);
                var body = await response.Content.ReadAsStringAsync(cancellationToken);
                return Read(response, body);
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                return new Reply.Unknown(e.Message, HasRetryAfter: false);
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
        return response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests
            ? new Reply.Unknown(code, response.Headers.RetryAfter is not null)
            : new Reply.Refused(response.StatusCode, code);
    }
}
