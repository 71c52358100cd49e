namespace WalletGrains.Api.Tests.BadInput;

/// <summary>A route that takes a body, with one that it accepts: members without their braces.</summary>
/// <param name="Path">With {own} and {other} for a wallet of the caller's and one of somebody else's.</param>
/// <param name="Members">The members, beginning with <paramref name="First"/>.</param>
/// <param name="First">Name of the first member.</param>
internal sealed record BodyRoute(string Path, string Members, string First)
{
    public string Body => "{" + Members + "}";

    /// <summary>Every route due that takes a body.</summary>
    public static IReadOnlyDictionary<string, BodyRoute> All { get; } = new BodyRoute[]
    {
        new("/auth/register", "\"email\":\"nobody@example.com\",\"password\":\"correct horse\",\"fullName\":\"Nobody\"", "email"),
        new("/auth/login", "\"email\":\"nobody@example.com\",\"password\":\"correct horse\"", "email"),
        new("/wallets", "\"currency\":\"NGN\"", "currency"),
        new("/wallets/fund", "\"amount\":1,\"wallet_id\":\"{own}\"", "amount"),
        new("/wallets/transfer", "\"amount\":1,\"senderWalletId\":\"{own}\",\"receiverWalletId\":\"{other}\"", "amount"),
        new("/wallet/{own}/deposit", "\"amount\":1", "amount"),
        new("/wallet/{own}/withdraw", "\"amount\":1", "amount"),
        new("/wallet/{own}/transfer", "\"amount\":1,\"toWalletId\":\"{other}\"", "amount"),
    }.ToDictionary(route => route.Path, StringComparer.Ordinal);

    /// <summary>Those that move money.</summary>
    public static IEnumerable<BodyRoute> WithAmount => All.Values.Where(route => route.First == "amount");
}
