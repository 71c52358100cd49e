using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace WalletGrains.Api.Auth;

/// <summary>Authenticates requests by the access token in their Authorization header (RFC 6750, 2.1).</summary>
internal sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    AccessTokenVerifier verifier)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The name of the scheme, here and in the header.</summary>
    public const string SchemeName = "Bearer";

    private static readonly Task<AuthenticateResult> NoToken = Task.FromResult(AuthenticateResult.NoResult());
    private static readonly Task<AuthenticateResult> BadToken = Task.FromResult(AuthenticateResult.Fail("The access token is not valid."));

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count == 0)
        {
            return NoToken;
        }

        if (header.Count != 1
            || header[0] is not { } text
            || !text.StartsWith(SchemeName + " ", StringComparison.OrdinalIgnoreCase)
            || !verifier.TryVerify(text.AsSpan(SchemeName.Length + 1), out var token))
        {
            return BadToken;
        }

        var ticket = new AuthenticationTicket(new ClaimsPrincipal(new Caller(token)), SchemeName);
        return Task.FromResult(AuthenticateResult.Success(ticket));
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
}
