namespace WalletGrains.Benchmarks.Load;

/// <summary>Which wallet the next operation is for: any of them alike, or a few of them mostly.</summary>
internal sealed class WalletChoice
{
    private readonly int _wallets;
    private readonly double[]? _cumulative;

    private WalletChoice(int wallets, double[]? cumulative) => (_wallets, _cumulative) = (wallets, cumulative);

    public static WalletChoice Of(Workload workload) => new(workload.Wallets, workload.ZipfExponent is { } exponent ? Zipf(workload.Wallets, exponent) : null);

    public int Next(Random random)
    {
        if (_cumulative is null)
        {
            return random.Next(_wallets);
        }

        var found = Array.BinarySearch(_cumulative, random.NextDouble());
        return Math.Min(found < 0 ? ~found : found, _wallets - 1);
    }

    /// <summary>The wallet of rank k has a share of 1/k^exponent (Zipf's law).</summary>
    private static double[] Zipf(int wallets, double exponent)
    {
        var cumulative = new double[wallets];
        var sum = 0.0;
        for (var i = 0; i < wallets; i++)
        {
            sum += Math.Pow(i + 1, -exponent);
            cumulative[i] = sum;
        }

        for (var i = 0; i < wallets; i++)
        {
            cumulative[i] /= sum;
        }

        return cumulative;
    }
}
