using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace WalletGrains.Api.Auth;

/// <summary>
/// Authenticates requests by the access token in their Authorization header (RFC 6750, 2.1), or by a service's key. Those for a hub
/// may have the token in the query instead (2.3): pages in a browser cannot set headers of a WebSocket.
/// </summary>
internal sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    AccessTokenVerifier verifier,
    LiveCredentials credentials)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The name of the scheme, here and in the header.</summary>
    public const string SchemeName = "Bearer";

    /// <summary>The parameter of the query, as RFC 6750 and the clients of SignalR call it.</summary>
    private const string QueryParameter = "access_token";

    private static readonly Task<AuthenticateResult> NoToken = Task.FromResult(AuthenticateResult.NoResult());
    private static readonly Task<AuthenticateResult> BadToken = Task.FromResult(AuthenticateResult.Fail("The access token or key is not valid."));
    private static readonly AuthenticateResult NotJudged = AuthenticateResult.Fail("It is not known which credentials count.");

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var (header, key) = (Request.Headers.Authorization, Request.Headers[ApiKey.HeaderName]);
        var parameter = header.Count == 0 && key.Count == 0 && IsForHub ? Request.Query[QueryParameter] : StringValues.Empty;
        if (header.Count + key.Count + parameter.Count == 0)
        {
            return NoToken;
        }

        if (!credentials.Count)
        {
            return Task.FromResult(NotJudged);
        }

        // Whoever sends two leaves open who asks.
        return (header.Count, key.Count, parameter.Count) switch
        {
            (1, 0, _) when header[0] is { } text && text.StartsWith(SchemeName + " ", StringComparison.OrdinalIgnoreCase) =>
                WithToken(text.AsSpan(SchemeName.Length + 1)),
            (0, 1, _) => WithKey(key[0]),
            (0, 0, 1) => WithToken(parameter[0]),
            _ => BadToken,
        };
    }

    /// <summary>A bare status: the request boundary gives it the one body of every 401, and its WWW-Authenticate.</summary>
    protected override async Task HandleChallengeAsync(AuthenticationProperties properties) =>
        Response.StatusCode = await HandleAuthenticateOnceSafeAsync() == NotJudged
            ? StatusCodes.Status503ServiceUnavailable
            : StatusCodes.Status401Unauthorized;

    /// <summary>A bare status: the request boundary gives it its body.</summary>
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private bool IsForHub => Context.GetEndpoint()?.Metadata.GetMetadata<HubMetadata>() is not null;

    private Task<AuthenticateResult> WithToken(ReadOnlySpan<char> text) => verifier.TryVerify(text, out var token) && !credentials.HasEnded(token.SessionId)
        ? Success(Caller.With(token), token.ExpiresAt)
        : BadToken;

    private Task<AuthenticateResult> WithKey(string? text) => credentials.TryFindKey(text, out var key)
        ? Success(Caller.With(key), key.ExpiresAt)
        : BadToken;

    private static Task<AuthenticateResult> Success(Caller caller, DateTimeOffset? expiresAt) => Task.FromResult(AuthenticateResult.Success(
        new AuthenticationTicket(new ClaimsPrincipal(caller), new AuthenticationProperties { ExpiresUtc = expiresAt }, SchemeName)));
}
