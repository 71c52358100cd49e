using Microsoft.AspNetCore.Connections;
using Npgsql;
using WalletGrains.Host.Actors;
using WalletGrains.Host.Commands;
using WalletGrains.Journal;
using WalletGrains.Journal.Embedded;

namespace WalletGrains.Host.Startup;

/// <summary>The life of the process: start, say that it is ready, run, stop. What cannot be started is one sentence and exit code 1.</summary>
public static class HostProcess
{
    private const int Started = 0;
    private const int CouldNotStart = 1;

    /// <summary>Runs the host until it is told to stop, or the command that the arguments begin with.</summary>
    /// <returns>The exit code: 0 after a clean stop, 1 when it could not start; of a command, its own.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is [VerifyCommand.Name, .. var rest])
        {
            return await VerifyCommand.RunAsync(rest);
        }

        if (args is [OpenApiCommand.Name, .. var described])
        {
            return await OpenApiCommand.RunAsync(described);
        }

        try
        {
            await using var host = await WalletGrainsHost.StartAsync(args);
            Console.WriteLine(host.ReadyLine);
            await host.WaitForShutdownAsync();
            return Started;
        }
        catch (Exception e) when (Explain(e) is { } sentence)
        {
            await Console.Error.WriteLineAsync(sentence);
            return CouldNotStart;
        }
        catch (OperationCanceledException)
        {
            // Told to stop while it was starting.
            return Started;
        }
    }

    /// <summary>One sentence for what an operator can put right; null for what only we can.</summary>
    internal static string? Explain(Exception exception) => exception switch
    {
        StartupException or ActorSetupException or EmbeddedPostgresException or MigrationException => exception.Message,
        Microsoft.Extensions.Options.OptionsValidationException invalid => string.Join(" ", invalid.Failures),
        IOException { InnerException: AddressInUseException } => $"{exception.Message.TrimEnd('.')}. Set PORT to a free one.",
        NpgsqlException => $"The database cannot be used: {exception.Message}",
        _ => null,
    };
}

/// <summary>The host cannot start as it was asked to. The message is one sentence for the operator.</summary>
public sealed class StartupException(string message, Exception? innerException = null) : Exception(message, innerException);
