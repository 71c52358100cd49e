using System.Globalization;

namespace WalletGrains.Chaos;

/// <summary>What the command line says.</summary>
/// <param name="Time">How long: a round that has begun is finished.</param>
/// <param name="Seed">Decides all that is random; printed, so that a run can be repeated as far as processes can.</param>
internal sealed record ChaosOptions(TimeSpan Time, int Seed)
{
    public const string Usage = "./chaos [--minutes N] [--seed S]";

    /// <summary>Null when the arguments cannot be read.</summary>
    public static ChaosOptions? Parse(string[] args)
    {
        var options = new ChaosOptions(TimeSpan.FromMinutes(1), Random.Shared.Next());
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--minutes" when double.TryParse(value, CultureInfo.InvariantCulture, out var minutes) && minutes is > 0 and <= 10_000:
                    options = options with { Time = TimeSpan.FromMinutes(minutes) };
                    break;
                case "--seed" when int.TryParse(value, CultureInfo.InvariantCulture, out var seed):
                    options = options with { Seed = seed };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
