using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Api.Users;

/// <summary>Creates an account.</summary>
internal sealed record RegisterRequest
{
    /// <summary>E-mail address, at most 254 characters; the name to sign in with.</summary>
    [Required]
    public string? Email { get; init; }

    /// <summary>10 to 128 characters.</summary>
    [Required]
    public string? Password { get; init; }

    /// <summary>Name to show, 1 to 200 characters.</summary>
    [Required]
    public string? FullName { get; init; }

    /// <summary>Telephone number: 7 to 15 digits, a plus sign before them if you like.</summary>
    public string? Phone { get; init; }

    /// <summary>The request without its secret.</summary>
    public override string ToString() => nameof(RegisterRequest);
}

/// <summary>A new account with its first wallet.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Email">E-mail address as it was given.</param>
/// <param name="FullName">Name to show.</param>
/// <param name="WalletId">The first wallet.</param>
internal sealed record RegisterResponse(Guid UserId, string Email, string FullName, Guid? WalletId);

/// <summary>Signs in.</summary>
internal sealed record LoginRequest
{
    /// <summary>E-mail address; upper and lower case are the same.</summary>
    [Required]
    public string? Email { get; init; }

    /// <summary>The password.</summary>
    [Required]
    public string? Password { get; init; }

    /// <summary>The request without its secret.</summary>
    public override string ToString() => nameof(LoginRequest);
}

/// <summary>Goes on with a session.</summary>
internal sealed record RefreshRequest
{
    /// <summary>The refreshToken of the answer before.</summary>
    [Required]
    public string? RefreshToken { get; init; }

    /// <summary>The request without its secret.</summary>
    public override string ToString() => nameof(RefreshRequest);
}

/// <summary>The tokens of a session.</summary>
/// <param name="AccessToken">To be sent as Authorization: Bearer.</param>
/// <param name="RefreshToken">To be sent to POST /auth/refresh, once, when the access token is about to expire.</param>
/// <param name="TokenType">Always Bearer.</param>
/// <param name="ExpiresIn">Seconds the access token lives.</param>
/// <param name="User">Whose they are.</param>
internal sealed record LoginResponse(string AccessToken, string RefreshToken, string TokenType, int ExpiresIn, SignedInUser User)
{
    /// <summary>The answer without its secret.</summary>
    public override string ToString() => nameof(LoginResponse);
}

/// <summary>The user who signed in.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Email">E-mail address as it was given.</param>
/// <param name="FullName">Name to show.</param>
/// <param name="Role">customer, service or operator.</param>
internal sealed record SignedInUser(Guid UserId, string Email, string FullName, string Role)
{
    public static SignedInUser Of(User user) => new(user.UserId, user.Email, user.FullName, UserRoles.NameOf(user.Role));
}

/// <summary>Your account.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Email">E-mail address as it was given.</param>
/// <param name="FullName">Name to show.</param>
/// <param name="Role">customer, service or operator.</param>
/// <param name="CreatedAt">When it was created.</param>
internal sealed record MeResponse(Guid UserId, string Email, string FullName, string Role, DateTimeOffset CreatedAt)
{
    /// <summary>Telephone number; left out when there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Phone { get; init; }

    /// <summary>The first wallet; left out when there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? WalletId { get; init; }

    public static MeResponse Of(User user) => new(user.UserId, user.Email, user.FullName, UserRoles.NameOf(user.Role), user.CreatedAt)
    {
        Phone = user.Phone,
        WalletId = user.WalletId,
    };
}
