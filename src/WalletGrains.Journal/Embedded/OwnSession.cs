using Microsoft.Extensions.Logging;

namespace WalletGrains.Journal.Embedded;

/// <summary>
/// Starts the server in a session of its own. A terminal sends Ctrl-C to every process in its foreground group: without this
/// the server would go down under the host while that still drains its requests.
/// </summary>
internal static class OwnSession
{
    /// <summary>The command that runs <paramref name="program"/> in a new session, under the same process id.</summary>
    public static (string Program, IReadOnlyList<string> Arguments) Wrap(string program, IReadOnlyList<string> arguments, ILogger logger)
    {
        // Both replace themselves by the server: what .NET starts is not the leader of its group, so setsid need not fork.
        if (ChildCommand.Find("setsid") is { } setsid) return (setsid, [program, .. arguments]);
        if (ChildCommand.Find("perl") is { } perl)
            return (perl, ["-MPOSIX", "-e", "POSIX::setsid(); exec { $ARGV[0] } @ARGV or die \"$ARGV[0]: $!\\n\"", program, .. arguments]);

        logger.NoOwnSession();
        return (program, arguments);
    }
}
