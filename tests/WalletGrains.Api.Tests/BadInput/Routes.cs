using System.Text.RegularExpressions;

namespace WalletGrains.Api.Tests.BadInput;

/// <summary>A route that takes a body, with one that it accepts: members without their braces.</summary>
/// <param name="Path">With {own} and {other} for a wallet of the caller's and one of somebody else's, {hold} for a hold of the
/// caller's and {transfer} for a transfer from {own} to {other}.</param>
/// <param name="Members">The members, beginning with <paramref name="First"/>.</param>
/// <param name="First">Name of the first member.</param>
internal sealed partial record BodyRoute(string Path, string Members, string First)
{
    public string Method { get; init; } = "POST";

    /// <summary>Only operators, or only they and services, get as far as the body.</summary>
    public bool ForOperators { get; init; }

    /// <summary>Every member may be left out, or null.</summary>
    public bool AllOptional { get; init; }

    /// <summary>So may the body.</summary>
    public bool MayBeEmpty { get; init; }

    /// <summary>The member that names the request; null when there is none.</summary>
    public string? RequestId { get; init; }

    /// <summary>The member for words in a history; null when there is none.</summary>
    public string? Words { get; init; }

    public bool TakesMetadata { get; init; }

    public string Body => "{" + Members + "}";

    /// <summary>Method and path as the OpenAPI document writes them.</summary>
    public string Operation => $"{Method} {Ids().Replace(Path, "{id}")}";

    /// <summary>Every route due that takes a body.</summary>
    public static IReadOnlyDictionary<string, BodyRoute> All { get; } = new BodyRoute[]
    {
        new("/auth/register", "\"email\":\"nobody@example.com\",\"password\":\"correct horse\",\"fullName\":\"Nobody\"", "email"),
        new("/auth/login", "\"email\":\"nobody@example.com\",\"password\":\"correct horse\"", "email"),
        new("/auth/refresh", "\"refreshToken\":\"none\"", "refreshToken"),
        new("/wallets", "\"currency\":\"NGN\"", "currency") { AllOptional = true },
        Money("/wallets/fund", "\"amount\":1,\"wallet_id\":\"{own}\"", "idempotencyKey"),
        Money("/wallets/transfer", "\"amount\":1,\"senderWalletId\":\"{own}\",\"receiverWalletId\":\"{other}\"", "idempotencyKey"),
        new("/wallets/bulk", "\"legs\":[{\"amount\":1,\"senderWalletId\":\"{own}\",\"receiverWalletId\":\"{other}\"}]", "legs") { RequestId = "requestId" },
        Money("/wallet/{own}/deposit", "\"amount\":1"),
        Money("/wallet/{own}/withdraw", "\"amount\":1"),
        Money("/wallet/{own}/transfer", "\"amount\":1,\"toWalletId\":\"{other}\""),
        Money("/wallet/{own}/holds", "\"amount\":1"),
        Money("/wallet/{own}/schedules", "\"amount\":1,\"toWalletId\":\"{other}\",\"startAt\":\"2999-01-01T00:00:00Z\"") with { TakesMetadata = false },
        Optional("/holds/{hold}/capture", "\"amount\":1", "amount"),
        Optional("/holds/{hold}/release", "\"requestId\":\"one\"", "requestId"),
        Optional("/wallet/{own}/freeze", "\"reason\":\"why\"", "reason") with { ForOperators = true, Words = "reason" },
        Optional("/wallet/{own}/unfreeze", "\"reason\":\"why\"", "reason") with { ForOperators = true, Words = "reason" },
        Optional("/wallet/{own}/close", "\"reason\":\"why\"", "reason") with { Words = "reason" },
        Optional("/transfers/{transfer}/reverse", "\"amount\":1", "amount") with { ForOperators = true, Words = "reason" },
        new("/wallet/{own}/limits", "\"perTransaction\":1", "perTransaction") { Method = "PUT", ForOperators = true, AllOptional = true },
        new("/ops/users/{own}/role", "\"role\":\"customer\"", "role") { Method = "PUT", ForOperators = true },
        new("/ops/users/{own}/lock", "\"reason\":\"why\"", "reason") { ForOperators = true, AllOptional = true, MayBeEmpty = true, Words = "reason" },
        new("/ops/api-keys", "\"name\":\"till\",\"scopes\":[\"money:in\"]", "name") { ForOperators = true },
        Money("/bills/pay", "\"amount\":1,\"walletId\":\"{own}\",\"billerCode\":\"water\",\"customerReference\":\"WB-204417-3\"") with { TakesMetadata = false, Words = null },
        new("/ops/bills/{own}/settle", "\"outcome\":\"COMPLETED\",\"reason\":\"why\"", "outcome") { ForOperators = true, Words = "reason" },
    }.ToDictionary(route => route.Path, StringComparer.Ordinal);

    /// <summary>Those whose first member is an amount.</summary>
    public static IEnumerable<BodyRoute> WithAmount => All.Values.Where(route => route.First is "amount" or "perTransaction");

    private static BodyRoute Money(string path, string members, string requestId = "requestId") =>
        new(path, members, "amount") { RequestId = requestId, Words = "description", TakesMetadata = true };

    private static BodyRoute Optional(string path, string members, string first) =>
        new(path, members, first) { AllOptional = true, MayBeEmpty = true, RequestId = "requestId" };

    [GeneratedRegex("\\{[a-z]+\\}")]
    private static partial Regex Ids();
}
