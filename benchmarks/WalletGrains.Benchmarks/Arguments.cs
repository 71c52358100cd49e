using System.Globalization;

namespace WalletGrains.Benchmarks;

/// <summary>The words after the verb: <c>--name value</c> pairs and <c>--name</c> flags. A word nobody asks for is an error.</summary>
internal sealed class Arguments
{
    public const string Usage = """
        load   [--target grains|http|rowlock] [--mix deposit|transfer] [--wallets 10000] [--concurrency 256, http 128]
               [--seconds 10] [--warmup 10] [--peer-connections 8] [--zipf] [--rate 0] [--entries 0] [--alerts]
               one loop, with its figures as a table and JSON; --rate makes it an open one of so many operations a second, --zipf
               draws wallets unevenly, --entries fills the journal with so many entries of other wallets before, --alerts has every
               transfer raise a fraud alert, since a load moves each wallet as only a thief would
        load   --compare [--wallets 10000] [--concurrency 256] [--seconds 10] [--warmup 10] [--peer-connections 8] [--entries 0] [--alerts]
               row locks and grains in turn: deposits and transfers, many wallets and the fewest
        calls  [--callers 64] [--grains 10000] [--seconds 10] [--warmup 3]
               calls per second of the actor runtime alone
        wallets [--active 100000] [--history 1000000] [--samples 200]
               memory of a wallet in use, and the first operation on one that is not
        sweep  [--users 100000] [--concurrency 64]
               balances of mobile users brought up to date from a core banking system that answers at once
        micro  [--filter *]
               BenchmarkDotNet: decide, evolve, encode, hash, fingerprint, a call by proxy, an append over memory

        PostgreSQL: the host's own in a fresh folder under the temporary files, or ConnectionStrings__WalletGrains.
        Further settings of the host come from the environment as usual, for example Journal__Lanes=1.
        """;

    private readonly Dictionary<string, string?> _values = new(StringComparer.Ordinal);

    public Arguments(ReadOnlySpan<string> words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            if (!words[i].StartsWith("--", StringComparison.Ordinal))
            {
                throw new ArgumentsException($"'{words[i]}' is not an option.");
            }

            var hasValue = i + 1 < words.Length && !words[i + 1].StartsWith("--", StringComparison.Ordinal);
            if (!_values.TryAdd(words[i][2..], hasValue ? words[i + 1] : null))
            {
                throw new ArgumentsException($"{words[i]} is given twice.");
            }

            i += hasValue ? 1 : 0;
        }
    }

    public bool Flag(string name) =>
        _values.Remove(name, out var value) && (value is null ? true : throw new ArgumentsException($"--{name} takes no value."));

    public string Text(string name, string otherwise) =>
        _values.Remove(name, out var value) ? value ?? throw new ArgumentsException($"--{name} needs a value.") : otherwise;

    public string OneOf(string name, params ReadOnlySpan<string> allowed)
    {
        var value = Text(name, allowed[0]);
        return allowed.Contains(value) ? value : throw new ArgumentsException($"--{name} is one of {string.Join(", ", allowed!)}.");
    }

    public int Number(string name, int otherwise, int min, int max)
    {
        var text = Text(name, otherwise.ToString(CultureInfo.InvariantCulture));
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw new ArgumentsException($"--{name} is a number from {min} to {max}.");
    }

    /// <summary>Call it when everything was asked for.</summary>
    public void EnsureAllUsed()
    {
        if (_values.Count > 0)
        {
            throw new ArgumentsException($"--{_values.Keys.First()} is not an option here.");
        }
    }
}

/// <summary>The command line is wrong; the message says how.</summary>
internal sealed class ArgumentsException(string message) : Exception(message);
