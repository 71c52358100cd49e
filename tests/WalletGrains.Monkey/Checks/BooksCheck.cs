using WalletGrains.Testing.Processes;

namespace WalletGrains.Monkey.Checks;

/// <summary>What the product finds when it checks its own books: hash chains, reconciliation, trial balance.</summary>
internal static class BooksCheck
{
    public const string Area = "books";

    /// <summary>The history of one wallet.</summary>
    public static async Task CheckAsync(BankClient bank, Guid walletId, Findings findings, CancellationToken cancellationToken)
    {
        var reply = await Patience.GetAsync(bank, $"/ops/verify/{walletId}", cancellationToken);
        if (reply is not Reply.Ok { Json: var verdict } || !verdict.GetProperty("valid").GetBoolean())
        {
            findings.Add(Area, $"wallet {walletId} is not verified: {reply}");
        }
    }

    /// <summary>The whole.</summary>
    public static async Task CheckAsync(BankClient bank, Findings findings, CancellationToken cancellationToken)
    {
        var wrong = await Patience.UntilRightAsync(
            async () => await bank.PostAsync("/ops/reconciliation/run", "{}", cancellationToken) is var reply && reply is Reply.Ok { Json: var run } && run.GetProperty("ok").GetBoolean()
                ? null
                : $"the reconciliation says {reply}",
            cancellationToken);
        if (wrong is not null)
        {
            findings.Add(Area, wrong);
        }

        var balance = await Patience.GetAsync(bank, "/ops/trial-balance", cancellationToken);
        if (balance is not Reply.Ok { Json: var currencies } || currencies.EnumerateArray().Any(currency => currency.GetProperty("sum").GetDecimal() != 0))
        {
            findings.Add(Area, $"the trial balance is not zero: {balance}");
        }
    }
}
