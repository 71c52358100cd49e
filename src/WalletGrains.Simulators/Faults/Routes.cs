using WalletGrains.Simulators.Billers;

namespace WalletGrains.Simulators.Faults;

/// <summary>The names of what can be called, and what can go wrong with each.</summary>
internal static class Routes
{
    public const string Token = "globus.token";
    public const string CreateAccount = "globus.create-account";
    public const string FindAccount = "globus.find-account";
    public const string FindCredit = "globus.find-credit";
    public const string Statement = "globus.statement";

    /// <summary>The other way round: the bank calls, and is answered.</summary>
    public const string Webhook = "globus.webhook";

    public const string Balances = "t24.balances";

    /// <summary>What can happen to the answer of a call. At most one of them strikes the same call.</summary>
    private static readonly FaultKind[] OfAnswers =
    [
        FaultKind.Slow, FaultKind.Held, FaultKind.TimeoutBefore, FaultKind.TimeoutAfter, FaultKind.ErrorBefore, FaultKind.ErrorAfter,
        FaultKind.Throttled, FaultKind.Malformed,
    ];

    private static readonly FaultKind[] OfAmounts = [.. OfAnswers, FaultKind.WrongAmount];
    private static readonly FaultKind[] OfBankAccounts = [.. OfAnswers, FaultKind.WrongAccount];
    private static readonly FaultKind[] OfPayments = [.. OfAmounts, FaultKind.Late, FaultKind.Decline];

    private static readonly FaultKind[] OfWebhooks =
        [FaultKind.Duplicate, FaultKind.AlteredDuplicate, FaultKind.Reorder, FaultKind.Delay, FaultKind.WrongAmount];

    private static readonly Dictionary<string, FaultKind[]> Kinds = new(StringComparer.Ordinal)
    {
        [Token] = OfAnswers,
        [CreateAccount] = OfBankAccounts,
        [FindAccount] = OfBankAccounts,
        [FindCredit] = [.. OfAmounts, FaultKind.WrongAccount],
        [Statement] = OfAmounts,
        [Webhook] = OfWebhooks,
        [Balances] = OfAmounts,
    };

    static Routes()
    {
        foreach (var biller in BillerProfile.All)
        {
            Kinds.Add(Enquire(biller), OfAnswers);
            Kinds.Add(Pay(biller), OfPayments);
            Kinds.Add(Status(biller), OfAmounts);
        }
    }

    public static IEnumerable<string> Names => Kinds.Keys;

    public static string Enquire(BillerProfile biller) => biller.Code + ".enquire";

    public static string Pay(BillerProfile biller) => biller.Code + ".pay";

    public static string Status(BillerProfile biller) => biller.Code + ".status";

    public static bool Allows(string route, FaultKind fault) => Kinds[route].Contains(fault);

    /// <summary>Whether the fault excludes every other of its sort on the same call.</summary>
    public static bool IsOfAnswer(FaultKind fault) => fault is FaultKind.WrongAmount or FaultKind.WrongAccount || OfAnswers.Contains(fault);

    public static IEnumerable<string> Matching(string pattern) => Names.Where(name => Matches(pattern, name));

    public static bool Matches(string pattern, string route)
    {
        if (pattern is "*")
        {
            return true;
        }

        return pattern switch
        {
            ['*', .. var end] => route.EndsWith(end, StringComparison.Ordinal),
            [.. var beginning, '*'] => route.StartsWith(beginning, StringComparison.Ordinal),
            _ => route == pattern,
        };
    }
}
