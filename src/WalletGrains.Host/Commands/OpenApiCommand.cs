using System.Security.Cryptography;
using WalletGrains.Api;
using WalletGrains.Host.Database;
using WalletGrains.Host.Startup;

namespace WalletGrains.Host.Commands;

/// <summary>
/// <c>./run openapi [file]</c>: writes the description of the HTTP interface to a file, openapi.json by default, for generators of clients.
/// Puts the host together and starts nothing of it.
/// </summary>
internal static class OpenApiCommand
{
    /// <summary>The first argument that asks for it.</summary>
    public const string Name = "openapi";

    private const int Written = 0;
    private const int NotWritten = 1;
    private const string DefaultFile = "openapi.json";
    private const string Usage = "Usage: ./run openapi [file]";

    /// <summary>Runs it.</summary>
    /// <returns>The exit code: 0 when the file is written.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not ([] or [not ['-', ..]]))
        {
            await Console.Error.WriteLineAsync(Usage);
            return NotWritten;
        }

        // The keys that a host in Development makes for itself go where they do no harm.
        var folder = Directory.CreateTempSubdirectory("walletgrains-openapi-");
        try
        {
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions
            {
                ContentRootPath = AppContext.BaseDirectory,
                EnvironmentName = Environments.Development,
            });
            builder.Logging.ClearProviders();
            builder.Configuration["Jwt:Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));
            builder.Configuration["WALLETGRAINS_DATA"] = folder.FullName;
            await using var database = HostDatabase.Nowhere();
            await using var app = WalletGrainsHost.Build(builder, HostSettings.Read(builder.Configuration, builder.Environment), database);
            var file = Path.GetFullPath(args.Length == 0 ? DefaultFile : args[0]);
            await File.WriteAllBytesAsync(file, await app.DescribeAsync());
            Console.WriteLine($"Written to {file}");
            return Written;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || HostProcess.Explain(e) is not null)
        {
            await Console.Error.WriteLineAsync(HostProcess.Explain(e) ?? e.Message);
            return NotWritten;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
