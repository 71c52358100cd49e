using System.Globalization;
using WalletGrains.Monkey.Checks;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Monkey;

/// <summary>Three wallets with little in their histories, so that the fraud rules are seen to tell them apart: frequent withdrawals, a large one, two
/// small ones that are nothing.</summary>
internal static class Suspects
{
    public static async Task<IReadOnlyList<Guid>> ActAsync(BankClient bank, Findings findings, CancellationToken cancellationToken)
    {
        var wallets = new List<Guid>();
        long[][] withdrawals = [[100, 200, 300], [FraudCheck.LargeMinor], [100, FraudCheck.LargeMinor - 1]];
        foreach (var amounts in withdrawals)
        {
            var walletId = await bank.OpenWalletAsync(cancellationToken);
            wallets.Add(walletId);
            await PostAsync("deposit", 2 * FraudCheck.LargeMinor, walletId);
            foreach (var amount in amounts)
            {
                await PostAsync("withdraw", amount, walletId);
            }
        }

        return wallets;

        async Task PostAsync(string what, long amountMinor, Guid walletId)
        {
            var json = string.Create(CultureInfo.InvariantCulture, $$"""{"amount":{{amountMinor / 100m}},"requestId":"suspect-{{Guid.NewGuid()}}"}""");
            var wrong = await Patience.UntilRightAsync(
                async () => await bank.PostAsync($"/wallet/{walletId}/{what}", json, cancellationToken) is Reply.Ok ? null : $"{what} of {amountMinor} at {walletId}",
                cancellationToken);
            if (wrong is not null)
            {
                findings.Add("answers", wrong);
            }
        }
    }
}
