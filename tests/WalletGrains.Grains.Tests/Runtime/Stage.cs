using System.Collections.Concurrent;

namespace WalletGrains.Grains.Tests.Runtime;

/// <summary>
/// Named events between tests and grains. They go by name and not by reference, as arguments may be copied on the way;
/// all silos of a test run in this process.
/// </summary>
public static class Stage
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly ConcurrentDictionary<(string Play, string Cue), TaskCompletionSource<string>> Cues = new();
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> Scripts = new();

    /// <summary>A name that no other test uses.</summary>
    public static string NewPlay() => Guid.NewGuid().ToString("N");

    /// <summary>Lets the cue happen; further times are ignored.</summary>
    public static void Give(string play, string cue, string text = "") => Cue(play, cue).TrySetResult(text);

    /// <summary>Waits until the cue has happened.</summary>
    public static Task<string> Await(string play, string cue) => Cue(play, cue).Task.WaitAsync(Patience);

    public static bool HasHappened(string play, string cue) => Cue(play, cue).Task.IsCompleted;

    /// <summary>Adds a line to the record of the play, and gives the cues <c>lines:1</c>, <c>lines:2</c>, … as it grows.</summary>
    public static void Write(string play, string line)
    {
        var script = Scripts.GetOrAdd(play, _ => new ConcurrentQueue<string>());
        script.Enqueue(line);
        Give(play, $"lines:{script.Count}");
    }

    /// <summary>Waits for so many lines and returns all that are there.</summary>
    public static async Task<string[]> Lines(string play, int count)
    {
        await Await(play, $"lines:{count}");
        return Lines(play);
    }

    public static string[] Lines(string play) => Scripts.TryGetValue(play, out var script) ? [.. script] : [];

    private static TaskCompletionSource<string> Cue(string play, string cue) =>
        Cues.GetOrAdd((play, cue), _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
}
