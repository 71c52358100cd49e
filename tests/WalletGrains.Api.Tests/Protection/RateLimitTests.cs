using System.Net;
using WalletGrains.Api.Protection;
using Xunit;

namespace WalletGrains.Api.Tests.Protection;

/// <summary>A host with small limits behind a proxy that it trusts, so that every test has addresses of its own.</summary>
public sealed class LimitedHost : IAsyncLifetime
{
    public ApiFixture Api { get; } = new();

    public async ValueTask InitializeAsync() => await Api.StartAsync(
        "Production",
        proxied: null,
        "--Proxies:Trusted=127.0.0.1,10.0.0.0/8",
        "--RateLimits:PerAddress=20",
        "--RateLimits:SignInsPerMinute=5",
        "--RateLimits:PushConnectsPerMinute=5",
        "--RateLimits:PerUser=10",
        "--RateLimits:PerService=1000",
        "--RateLimits:PerWallet=15",
        "--RateLimits:BillsPerMinute=5");

    public async ValueTask DisposeAsync() => await Api.DisposeAsync();
}

public sealed class RateLimitTests(LimitedHost host) : IClassFixture<LimitedHost>
{
    /// <summary>Far more than any of the limits lets pass while they are sent.</summary>
    private const int Many = 400;

    private static int s_address;

    private readonly ApiFixture _api = host.Api;

    [Fact]
    public async Task Requests_of_one_address_beyond_its_limit_are_refused_and_others_are_not()
    {
        var address = NewAddress();
        var refused = await UntilRefusedAsync(_ => _api.Anonymous().GetAsync("/signing-key", Via(address)), atLeast: 40);
        Assert.Equal("1", refused.Header("Retry-After"));
        (await _api.Anonymous().GetAsync("/signing-key", Via(NewAddress()))).AssertProblem(404, "NOT_FOUND");
        Assert.Equal(200, (await _api.Anonymous().GetAsync("/health/live", Via(address))).Status);
        Assert.Equal(200, (await _api.Anonymous().GetAsync("/docs/index.html", Via(address))).Status);
    }

    [Fact]
    public async Task Paths_that_do_not_exist_count_too()
    {
        var address = NewAddress();
        await UntilRefusedAsync(i => _api.Anonymous().GetAsync($"/nothing/{i}", Via(address)), atLeast: 40);
    }

    [Fact]
    public async Task An_address_that_a_client_makes_up_is_not_believed()
    {
        // The proxies add where a request came from at the end; what stood before it is the client's invention.
        var address = NewAddress();
        await UntilRefusedAsync(i => _api.Anonymous().GetAsync("/signing-key", Via($"198.51.100.{i % 250}, {address}, 10.1.2.3")), atLeast: 40);
    }

    [Fact]
    public async Task Sign_ins_of_one_address_have_a_limit_of_their_own()
    {
        var address = NewAddress();
        var refused = await UntilRefusedAsync(
            i => _api.Anonymous().PostAsync("/auth/login", $$"""{"email":"nobody-{{i}}@example.com","password":"correct horse"}""", Via(address)),
            atLeast: 10);
        Assert.Equal("12", refused.Header("Retry-After"));
        (await _api.Anonymous().PostAsync("/auth/refresh", """{"refreshToken":"none"}""", Via(address))).AssertProblem(429, "RATE_LIMITED");
        (await _api.Anonymous().GetAsync("/signing-key", Via(address))).AssertProblem(404, "NOT_FOUND");
    }

    [Theory]
    [InlineData("/hubs/wallet/negotiate?negotiateVersion=1")]
    [InlineData("/hubs/wallet/negotiate?negotiateVersion=1&id=none")]
    [InlineData("/hubs/wallet")]
    [InlineData("/hubs/wallet?id=")]
    public async Task Push_connections_of_one_address_have_a_limit_of_their_own_when_they_begin(string path)
    {
        var address = NewAddress();
        Task<Reply> ConnectAsync(string from) => path.Contains("negotiate", StringComparison.Ordinal)
            ? _api.Anonymous().PostAsync(path, "", Via(from))
            : _api.Anonymous().GetAsync(path, Via(from), ("Accept", "text/html"));
        await UntilRefusedAsync(_ => ConnectAsync(address), atLeast: 10);
        Assert.NotEqual(429, (await ConnectAsync(NewAddress())).Status);

        // What belongs to a connection that has begun is not counted again.
        Assert.Equal(404, (await _api.Anonymous().PostAsync("/hubs/wallet?id=none", "", Via(address))).Status);
    }

    [Fact]
    public async Task A_user_beyond_its_limit_is_refused_wherever_it_comes_from_and_a_service_is_not()
    {
        var user = _api.Customer();
        await UntilRefusedAsync(_ => user.GetAsync("/wallets", Via(NewAddress())), atLeast: 20);
        Assert.Equal(200, (await _api.Customer().GetAsync("/wallets", Via(NewAddress()))).Status);
        var service = _api.Service();
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(200, (await service.GetAsync("/wallets", Via(NewAddress()))).Status);
        }
    }

    [Fact]
    public async Task A_user_who_asks_for_too_many_bills_is_told_no_more_names()
    {
        var user = _api.Customer();
        static string Bill(int i) => $$"""{"walletId":"{{Guid.CreateVersion7()}}","billerCode":"water","customerReference":"WB-{{i:D6}}-1","amount":100}""";
        var refused = await UntilRefusedAsync(i => user.PostAsync("/bills/pay", Bill(i), Via(NewAddress())), atLeast: 10);
        Assert.Equal("12", refused.Header("Retry-After"));
        (await _api.Customer().PostAsync("/bills/pay", Bill(0), Via(NewAddress()))).AssertProblem(404, "NOT_FOUND");
        Assert.Equal(200, (await user.GetAsync("/bills", Via(NewAddress()))).Status);
        var service = _api.Service();
        for (var i = 0; i < 20; i++)
        {
            (await service.PostAsync("/bills/pay", Bill(i), Via(NewAddress()))).AssertProblem(404, "NOT_FOUND");
        }
    }

    [Fact]
    public async Task A_wallet_beyond_its_limit_is_refused_whoever_asks_and_whatever_the_path()
    {
        var (wallet, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await UntilRefusedAsync(
            i => (i % 3) switch
            {
                0 => _api.Service().GetAsync($"/wallet/{wallet}", Via(NewAddress())),
                1 => _api.Service().GetAsync($"/wallets/{wallet.ToString().ToUpperInvariant()}", Via(NewAddress())),
                _ => _api.Service().PostAsync("/wallets/fund", $$"""{"amount":1,"wallet_id":"{{wallet}}"}""", Via(NewAddress())),
            },
            atLeast: 30);
        (await _api.Service().GetAsync($"/wallet/{other}", Via(NewAddress()))).AssertProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_failed_credential_counts_for_its_address_only()
    {
        var (address, owner) = (NewAddress(), _api.Service());
        var wallet = Guid.CreateVersion7();
        await UntilRefusedAsync(_ => _api.WithToken("none").GetAsync($"/wallet/{wallet}", Via(address)), atLeast: 40);

        // More than the wallet's share, from many addresses: its owner has all of it yet.
        for (var i = 0; i < 60; i++)
        {
            (await _api.WithToken("none").GetAsync($"/wallet/{wallet}", Via(NewAddress()))).AssertProblem(401, "UNAUTHENTICATED");
        }

        (await owner.GetAsync($"/wallet/{wallet}", Via(NewAddress()))).AssertProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task Wrong_passwords_from_one_address_lock_nobody_out_elsewhere()
    {
        var (email, stranger) = ($"{Guid.NewGuid():N}@example.com", NewAddress());
        var account = $$"""{"email":"{{email}}","password":"{{ApiFixture.Password}}","fullName":"Ada"}""";
        Assert.Equal(201, (await _api.Anonymous().PostAsync("/auth/register", account, Via(NewAddress()))).Status);
        for (var i = 0; i < 10; i++)
        {
            var guess = $$"""{"email":"{{email}}","password":"wrong horse {{i}}"}""";
            (await _api.Anonymous().PostAsync("/auth/login", guess, Via(stranger))).AssertProblem(401, "UNAUTHENTICATED");
        }

        var right = $$"""{"email":"{{email}}","password":"{{ApiFixture.Password}}"}""";
        Assert.Equal(200, (await _api.Anonymous().PostAsync("/auth/login", right, Via(NewAddress()))).Status);
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7", true)]
    [InlineData("203.0.113.7", "203.0.113.8", false)]
    [InlineData("203.0.113.7", "::ffff:203.0.113.7", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    public void A_network_is_an_IPv4_address_or_64_bits_of_IPv6(string one, string other, bool same) =>
        Assert.Equal(same, ClientNetwork.Of(IPAddress.Parse(one)).SequenceEqual(ClientNetwork.Of(IPAddress.Parse(other))));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_000_001)]
    public void A_limit_that_is_none_is_named(int limit)
    {
        var result = new RateLimitOptions.Validator().Validate(null, new RateLimitOptions { PerUser = limit });
        Assert.Contains("RateLimits:PerUser is", result.FailureMessage, StringComparison.Ordinal);
        var overload = new OverloadOptions.Validator().Validate(null, new OverloadOptions { ConcurrentRequests = limit });
        Assert.Contains("Overload:ConcurrentRequests is", overload.FailureMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.1/8/3")]
    [InlineData("10.0.0.0/33")]
    [InlineData("proxy.example.com")]
    [InlineData("10.0.0.0/8, everybody")]
    public void A_proxy_that_is_none_is_named(string trusted) =>
        Assert.Contains("Proxies:Trusted has", new ProxyOptions.Validator().Validate(null, new ProxyOptions { Trusted = trusted }).FailureMessage, StringComparison.Ordinal);

    [Fact]
    public void Without_a_proxy_nobody_is_believed() => Assert.Null(new ProxyOptions().ToForwardedHeaders());

    private static (string Name, string Value) Via(string forwarded) => ("X-Forwarded-For", forwarded);

    private static string NewAddress()
    {
        var number = Interlocked.Increment(ref s_address);
        return $"203.{number / 65_536}.{number / 256 % 256}.{number % 256}";
    }

    private static async Task<Reply> UntilRefusedAsync(Func<int, Task<Reply>> send, int atLeast)
    {
        for (var i = 0; i < Many; i++)
        {
            var reply = await send(i);
            if (reply.Status == 429)
            {
                Assert.True(i >= atLeast, $"The request with the number {i} was refused already.");
                return reply.AssertProblem(429, "RATE_LIMITED");
            }
        }

        throw new InvalidOperationException($"None of {Many} requests was refused.");
    }
}
