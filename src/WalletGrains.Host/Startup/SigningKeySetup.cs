using WalletGrains.Grains.Checkpoints;
using WalletGrains.Grains.Signing;

namespace WalletGrains.Host.Startup;

/// <summary>The key that checkpoints and receipts are signed with, and where checkpoints go.</summary>
internal static partial class SigningKeySetup
{
    private const string KeySetting = "Signing:Key";
    private const string FolderSetting = "Checkpoints:Folder";

    /// <summary>
    /// Registers them. In Development a missing key is generated once into the data folder. In Production a key that lies beside
    /// the data it is to vouch for would prove nothing: it is configured, or there are no signatures and no checkpoints.
    /// </summary>
    /// <exception cref="StartupException">The key is configured and is none.</exception>
    public static void AddSigning(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment, string dataFolder)
    {
        var pem = ReadConfigured(configuration)
            ?? (environment.IsProduction() ? null : KeyFile.ReadOrGenerate(GeneratedIn(dataFolder), BookSigner.NewKeyPem));
        try
        {
            services.AddSingleton(pem is null ? BookSigner.Off : BookSigner.FromPem(pem));
        }
        catch (ArgumentException e)
        {
            throw new StartupException($"Signing__Key is no key to sign with: {e.InnerException?.Message ?? e.Message} It must be an unencrypted private key of the curve P-256 in PEM, or the path of a file with one.", e);
        }

        var folder = configuration[FolderSetting] is { Length: > 0 } configured ? configured : Path.Combine(dataFolder, "checkpoints");
        services.AddSingleton(new CheckpointFolder(Path.GetFullPath(folder)));
        services.AddHostedService<Announcement>();
    }

    /// <summary>The configured key, whose public half a command checks signatures with; the generated one else, and null where there is none.</summary>
    /// <exception cref="StartupException">It is configured and cannot be read.</exception>
    public static string? Find(IConfiguration configuration, string dataFolder) =>
        ReadConfigured(configuration) ?? (File.Exists(GeneratedIn(dataFolder)) ? File.ReadAllText(GeneratedIn(dataFolder)) : null);

    private static string GeneratedIn(string dataFolder) => Path.Combine(dataFolder, "signing-key.pem");

    private static string? ReadConfigured(IConfiguration configuration)
    {
        var setting = configuration[KeySetting];
        if (string.IsNullOrWhiteSpace(setting) || setting.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            return string.IsNullOrWhiteSpace(setting) ? null : setting;
        }

        try
        {
            return File.ReadAllText(setting);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing of the setting, nor of the error that repeats it: it may be a key that lacks its first line.
            throw new StartupException($"Signing__Key is neither PEM nor the path of a file that can be read ({e.GetType().Name}).");
        }
    }

    /// <summary>Says once which key is in use, when the host starts.</summary>
    private sealed class Announcement(BookSigner signer, CheckpointFolder folder, ILogger<BookSigner> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (signer.IsOn)
            {
                LogOn(logger, signer.KeyId!, folder.Folder);
            }
            else
            {
                LogOff(logger);
            }

            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [LoggerMessage(4004, LogLevel.Information, "Receipts and checkpoints are signed with the key {KeyId}; checkpoints go to {Folder}")]
    private static partial void LogOn(ILogger logger, string keyId, string folder);

    [LoggerMessage(4005, LogLevel.Warning, "There is no Signing__Key: receipts are not signed and no checkpoints are written")]
    private static partial void LogOff(ILogger logger);
}
