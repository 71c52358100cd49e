using System.Diagnostics;
using System.Globalization;

namespace WalletGrains.Testing.Processes;

/// <summary>A signal, by its POSIX name: the numbers differ between systems.</summary>
public sealed class PosixSignal
{
    /// <summary>Ends a process at once: no handler runs, nothing is flushed.</summary>
    public static readonly PosixSignal Kill = new("KILL");

    /// <summary>Asks a process to stop.</summary>
    public static readonly PosixSignal Terminate = new("TERM");

    /// <summary>What Ctrl-C sends.</summary>
    public static readonly PosixSignal Interrupt = new("INT");

    /// <summary>Freezes a process: it runs no instruction, and its connections stay open.</summary>
    public static readonly PosixSignal Stop = new("STOP");

    /// <summary>Lets a frozen process go on where it was.</summary>
    public static readonly PosixSignal Continue = new("CONT");

    private readonly string _name;

    private PosixSignal(string name) => _name = name;

    /// <summary>Sends it. A process that is gone already is no error.</summary>
    public void SendTo(int processId)
    {
        // .NET can only send SIGKILL by itself. Every POSIX shell has kill built in; the program is not on every machine.
        using var kill = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -{_name} {processId} 2>/dev/null")]);
        kill.WaitForExit();
    }
}
