using System.Collections.Immutable;
using WalletGrains.Simulators.Billers;

namespace WalletGrains.Simulators.Faults;

/// <summary>Everything that can go wrong with payments of bills, all of it at once.</summary>
public static class FaultStorm
{
    /// <summary>What leaves the caller of one payment without an answer that it can use.</summary>
    private static readonly ImmutableArray<FaultKind> InVain =
    [
        FaultKind.TimeoutBefore, FaultKind.WrongAmount, FaultKind.ErrorAfter, FaultKind.Malformed, FaultKind.TimeoutAfter, FaultKind.ErrorBefore,
    ];

    /// <summary>The faults of a storm, of which at most one strikes a call: the first in the order of the rules.</summary>
    public static ImmutableArray<FaultKind> OfAnswers { get; } = [FaultKind.Slow, .. InVain, FaultKind.Throttled];

    /// <summary>
    /// Has each fault strike this part of the calls that none before it has struck, and payments be late, or declined, on top. A slow answer is one in the end, so it comes
    /// first; throttling stops every other call of its biller too, so it is the last; those between begin with another one at each biller. With a share of 0.3 one call in
    /// seventeen is answered as if nothing were wrong.
    /// </summary>
    /// <param name="share">The part of the calls, above 0 and at most 1.</param>
    /// <param name="slowMs">How long a slow call takes.</param>
    public static IReadOnlyList<FaultRule> OverBillers(double share, int slowMs)
    {
        List<FaultRule> rules = [];
        var first = 0;
        foreach (var biller in BillerProfile.All)
        {
            foreach (var fault in (FaultKind[])[FaultKind.Slow, .. InVain[first..], .. InVain[..first], FaultKind.Throttled])
            {
                rules.Add(new FaultRule(Routes.Pay(biller), fault) { Share = share, DelayMs = slowMs });
                rules.Add(new FaultRule(Routes.Status(biller), fault) { Share = share, DelayMs = slowMs });
            }

            rules.Add(new FaultRule(Routes.Pay(biller), FaultKind.Late) { Share = share });
            rules.Add(new FaultRule(Routes.Pay(biller), FaultKind.Decline) { Share = share });
            first += InVain.Length / BillerProfile.All.Count;
        }

        return rules;
    }
}
