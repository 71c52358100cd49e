using Microsoft.Extensions.Logging;

namespace WalletGrains.Journal.Embedded;

/// <summary>
/// Reads what a server writes, for as long as it lives: a pipe that nobody empties stops the server. Lines go to the host's
/// log by their severity; the newest stay here to explain a failure.
/// </summary>
internal sealed class ServerLog(ILogger logger)
{
    private const int KeptLines = 20;
    private const string ReadyLine = "database system is ready to accept connections";

    private readonly Lock _lock = new();
    private readonly Queue<string> _newest = new(KeptLines);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the server says that it accepts connections.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Why the server gave up: its last fatal line, else its last line.</summary>
    public string Reason
    {
        get
        {
            lock (_lock)
            {
                var fatal = _newest.LastOrDefault(line => line.StartsWith("FATAL:", StringComparison.Ordinal) || line.StartsWith("PANIC:", StringComparison.Ordinal));
                return fatal?[6..].Trim() ?? _newest.LastOrDefault() ?? "it said nothing";
            }
        }
    }

    /// <summary>Empties one stream to its end, which comes when the last process of the server has closed it.</summary>
    public async Task DrainAsync(StreamReader stream)
    {
        while (await stream.ReadLineAsync() is { } line) Take(line);
    }

    private void Take(string line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        lock (_lock)
        {
            if (_newest.Count == KeptLines) _newest.Dequeue();
            _newest.Enqueue(line);
        }

        if (line.Contains(ReadyLine, StringComparison.Ordinal)) _ready.TrySetResult();
        // An ERROR went to the client, who deals with it; a duplicate key is our way to see a repeated request.
        if (line.StartsWith("PANIC:", StringComparison.Ordinal)) logger.ServerPanicked(line);
        else if (line.StartsWith("FATAL:", StringComparison.Ordinal) || line.StartsWith("WARNING:", StringComparison.Ordinal)) logger.ServerWarned(line);
        else logger.ServerSaid(line);
    }
}
