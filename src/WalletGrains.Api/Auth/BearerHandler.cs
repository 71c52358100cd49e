using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace WalletGrains.Api.Auth;

/// <summary>
/// Authenticates requests by the access token in their Authorization header (RFC 6750, 2.1). Those for a hub may have it in the query
/// instead (2.3): pages in a browser cannot set headers of a WebSocket.
/// </summary>
internal sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    AccessTokenVerifier verifier)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The name of the scheme, here and in the header.</summary>
    public const string SchemeName = "Bearer";

    /// <summary>The parameter of the query, as RFC 6750 and the clients of SignalR call it.</summary>
    private const string QueryParameter = "access_token";

    private static readonly Task<AuthenticateResult> NoToken = Task.FromResult(AuthenticateResult.NoResult());
    private static readonly AuthenticateResult NotValid = AuthenticateResult.Fail("The access token is not valid.");
    private static readonly Task<AuthenticateResult> BadToken = Task.FromResult(NotValid);

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count == 0)
        {
            return IsForHub && Request.Query.TryGetValue(QueryParameter, out var parameter)
                ? Task.FromResult(Verify(parameter.Count == 1 ? parameter[0] : null))
                : NoToken;
        }

        return header.Count == 1 && header[0] is { } text && text.StartsWith(SchemeName + " ", StringComparison.OrdinalIgnoreCase)
            ? Task.FromResult(Verify(text.AsSpan(SchemeName.Length + 1)))
            : BadToken;
    }

    /// <summary>A bare status: the request boundary gives it the one body of every 401, and its WWW-Authenticate.</summary>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    /// <summary>A bare status: the request boundary gives it its body.</summary>
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private bool IsForHub => Context.GetEndpoint()?.Metadata.GetMetadata<HubMetadata>() is not null;

    private AuthenticateResult Verify(ReadOnlySpan<char> text) => verifier.TryVerify(text, out var token)
        ? AuthenticateResult.Success(new AuthenticationTicket(
            new ClaimsPrincipal(new Caller(token)), new AuthenticationProperties { ExpiresUtc = token.ExpiresAt }, SchemeName))
        : NotValid;
}
