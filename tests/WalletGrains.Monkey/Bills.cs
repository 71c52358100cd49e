using System.Text.Json;
using System.Text.RegularExpressions;
using WalletGrains.Monkey.Checks;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Monkey;

/// <summary>A bill that was acknowledged.</summary>
/// <param name="PaymentId">Its payment.</param>
/// <param name="WalletId">Who pays.</param>
/// <param name="AmountMinor">How much.</param>
internal sealed record AcknowledgedBill(Guid PaymentId, Guid WalletId, long AmountMinor);

/// <summary>Bills of whatever billers the host has, by the example that each gives of its references; a third of them by one that simulated billers decline.</summary>
/// <param name="billers">The billers that take naira.</param>
internal sealed class Bills(IReadOnlyList<BillerShown> billers)
{
    private const string Currency = "NGN";
    private const string DeclinedEnding = "999";
    private const long SpreadMinor = 20_000;

    /// <summary>The host has billers to pay.</summary>
    public bool Any => billers.Count > 0;

    /// <summary>Asks the host for its billers.</summary>
    public static async Task<Bills> FindAsync(BankClient bank, Findings findings, CancellationToken cancellationToken)
    {
        var reply = await Patience.GetAsync(bank, "/bills/billers", cancellationToken);
        if (reply is Reply.Ok { Json: var shown })
        {
            return new Bills([.. shown.EnumerateArray().Select(BillerShown.Of).Where(biller => biller.Currency == Currency)]);
        }

        findings.Add(BillCheck.Area, $"The billers cannot be listed: {reply}");
        return new Bills([]);
    }

    /// <summary>What to send to pay one, and the amount in minor units.</summary>
    public (string Json, long AmountMinor) Next(string requestId, Guid walletId, Random random)
    {
        var biller = billers[random.Next(billers.Count)];
        var declined = biller.Example.Length > DeclinedEnding.Length ? biller.Example[..^DeclinedEnding.Length] + DeclinedEnding : "";
        var reference = random.Next(3) == 0 && biller.Pattern.IsMatch(declined) ? declined : biller.Example;
        var amount = random.NextInt64(biller.LeastMinor, Math.Min(biller.MostMinor, biller.LeastMinor + SpreadMinor) + 1);
        return (JsonOf(requestId, walletId, biller.Code, reference, amount), amount);
    }

    private static string JsonOf(string requestId, Guid walletId, string billerCode, string customerReference, long amountMinor) =>
        JsonSerializer.Serialize(new { walletId, billerCode, customerReference, amount = amountMinor / 100m, requestId });
}

/// <summary>A biller as the host shows it.</summary>
internal sealed record BillerShown(string Code, string Currency, Regex Pattern, string Example, long LeastMinor, long MostMinor)
{
    public static BillerShown Of(JsonElement shown) => new(
        shown.GetProperty("code").GetString()!,
        shown.GetProperty("currency").GetString()!,
        new Regex(@"\A(?:" + shown.GetProperty("referencePattern").GetString() + @")\z", RegexOptions.NonBacktracking),
        shown.GetProperty("referenceExample").GetString()!,
        (long)(shown.GetProperty("minAmount").GetDecimal() * 100),
        (long)(shown.GetProperty("maxAmount").GetDecimal() * 100));
}
