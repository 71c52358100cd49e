using WalletGrains.Api.Auth;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Api.Tests.Auth;

/// <summary>Credentials of which none has ended.</summary>
internal static class Believed
{
    private static readonly CredentialChanges Nothing = new(CredentialPosition.None, IsComplete: true, [], []);

    /// <summary>They count as of now, by this clock.</summary>
    public static async Task<LiveCredentials> FromNowAsync(TimeProvider time)
    {
        var credentials = new LiveCredentials(static _ => Task.FromResult(Nothing), time);
        await credentials.RefreshAsync(CancellationToken.None);
        return credentials;
    }
}
