using System.Security.Cryptography;

namespace WalletGrains.Host.Startup;

/// <summary>The key that access tokens are signed with.</summary>
internal static class JwtKey
{
    private const string Setting = "Jwt:Key";
    private const int KeyLength = 48;

    /// <summary>
    /// In Development a missing key is generated once into the data folder, so that tokens outlive a restart. In Production it
    /// must be configured: hosts of one cluster share it.
    /// </summary>
    /// <exception cref="StartupException">It is missing in Production.</exception>
    public static void Provide(IConfigurationManager configuration, IHostEnvironment environment, string dataFolder)
    {
        if (!string.IsNullOrEmpty(configuration[Setting]))
        {
            return;
        }

        if (environment.IsProduction())
        {
            throw new StartupException("Jwt__Key is missing: in Production set it to the base64 text of at least 32 random bytes, the same on every host.");
        }

        configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>(
            Setting, KeyFile.ReadOrGenerate(Path.Combine(dataFolder, "jwt.key"), () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyLength))))]);
    }
}
