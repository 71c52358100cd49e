using System.Globalization;

namespace WalletGrains.Monkey;

/// <summary>What the command line and the environment say.</summary>
/// <param name="Requests">How many requests the traffic has.</param>
/// <param name="Concurrency">How many clients send them.</param>
/// <param name="Address">Where the host is.</param>
/// <param name="Password">Password of the first operator.</param>
/// <param name="Seed">Decides what is asked for; printed, so that a run can be repeated as far as clients that compete can.</param>
internal sealed record MonkeyOptions(int Requests, int Concurrency, Uri Address, string Password, int Seed)
{
    public const string Usage =
        """
        ./monkey [requests=1000] [concurrency=100] [--url http://127.0.0.1:8080] [--seed S]
        The password of operator@walletgrains.local comes from WALLETGRAINS_OPERATOR_PASSWORD, the address also from WALLETGRAINS_URL.
        """;

    private const int MaxRequests = 10_000_000;
    private const int MaxConcurrency = 1_000;
    private const string DefaultAddress = "http://127.0.0.1:8080";

    /// <summary>Null when the arguments cannot be read.</summary>
    public static MonkeyOptions? Parse(string[] args)
    {
        var (requests, concurrency, seed) = (1_000, 100, Random.Shared.Next());
        var address = Environment.GetEnvironmentVariable("WALLETGRAINS_URL") is { Length: > 0 } url ? url : DefaultAddress;
        var numbers = 0;
        for (var i = 0; i < args.Length; i++)
        {
            var isLast = i + 1 == args.Length;
            switch (args[i])
            {
                case "--url" when !isLast:
                    address = args[++i];
                    break;
                case "--seed" when !isLast && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out seed):
                    i++;
                    break;
                case var text when numbers == 0 && TryCount(text, "requests=", MaxRequests, out requests):
                    numbers++;
                    break;
                case var text when numbers == 1 && TryCount(text, "concurrency=", MaxConcurrency, out concurrency):
                    numbers++;
                    break;
                default:
                    return null;
            }
        }

        return Environment.GetEnvironmentVariable("WALLETGRAINS_OPERATOR_PASSWORD") is { Length: > 0 } password
            && Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? new MonkeyOptions(requests, concurrency, uri, password, seed)
            : null;
    }

    /// <summary>A bare number, or one with its name before it.</summary>
    private static bool TryCount(string text, string name, int max, out int count) =>
        int.TryParse(text.StartsWith(name, StringComparison.Ordinal) ? text[name.Length..] : text, NumberStyles.None, CultureInfo.InvariantCulture, out count)
        && count >= 1 && count <= max;
}
