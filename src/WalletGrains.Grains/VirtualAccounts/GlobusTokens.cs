using System.Net;
using WalletGrains.Grains.Counterparts;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>The bank's access token: fetched by whoever needs it first, shared, and fetched anew before it ends.</summary>
internal sealed class GlobusTokens(GlobusCalls calls, GlobusOptions options, TimeProvider time) : IDisposable
{
    /// <summary>A token is given up so long before its end, or at nine tenths of a short life: a call that has it must arrive in time.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _fetching = new(1, 1);
    private Token? _token;

    /// <summary>A token that is good now, as far as is known.</summary>
    /// <exception cref="CounterpartException">The bank gives none.</exception>
    public async Task<string> GetAsync(CancellationToken cancellationToken)
    {
        if (Known is { } known)
        {
            return known;
        }

        await _fetching.WaitAsync(cancellationToken);
        try
        {
            if (Known is { } meanwhile)
            {
                return meanwhile;
            }

            var token = await FetchAsync(cancellationToken);
            Volatile.Write(ref _token, token);
            return token.Text;
        }
        finally
        {
            _fetching.Release();
        }
    }

    /// <summary>Forgets a token that the bank has refused; one that was fetched since is kept.</summary>
    public void Forget(string token)
    {
        if (Volatile.Read(ref _token) is { } known && known.Text == token)
        {
            Interlocked.CompareExchange(ref _token, null, known);
        }
    }

    public void Dispose() => _fetching.Dispose();

    private string? Known => Volatile.Read(ref _token) is { } token && time.GetUtcNow() < token.GoodUntil ? token.Text : null;

    private async Task<Token> FetchAsync(CancellationToken cancellationToken)
    {
        var askedAt = time.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.BaseUrl!, "oauth/token"))
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = options.ClientId!,
                ["client_secret"] = options.SecretKey!,
            }),
        };
        var answer = await calls.SendAsync(request, cancellationToken);
        if (answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest)
        {
            throw new CounterpartException($"The bank does not accept GLOBUS_CLIENT_ID and GLOBUS_SECRET_KEY: it answered {(int)answer.Status}.");
        }

        if (answer.Status is not HttpStatusCode.OK)
        {
            throw answer.ToException();
        }

        return answer.Read(json =>
        {
            var text = json.GetProperty("access_token").GetString();
            var seconds = json.GetProperty("expires_in").GetInt32();
            if (string.IsNullOrEmpty(text) || !text.All(char.IsAscii) || text.Any(char.IsControl) || seconds <= 0)
            {
                throw new FormatException("This is no token.");
            }

            var life = TimeSpan.FromSeconds(seconds);
            return new Token(text, askedAt + life - (life / 10 < Margin ? life / 10 : Margin));
        });
    }

    private sealed record Token(string Text, DateTimeOffset GoodUntil);
}
