using System.Globalization;
using System.Text;
using Xunit;

namespace WalletGrains.Api.Tests.Wallets;

/// <summary>Who may do what with the wallet of a customer.</summary>
[Collection(ApiTests.Name)]
public sealed class AccessTests(ApiFixture api)
{
    [Theory]
    //          operation                            body                          nobody stranger owner service operator
    [InlineData("POST /wallet/{wallet}/holds", """{"amount":1}""", 401, 404, 201, 201, 201)]
    [InlineData("GET /holds/{hold}", null, 401, 404, 200, 200, 200)]
    [InlineData("POST /holds/{hold}/capture", "{}", 401, 404, 200, 200, 200)]
    [InlineData("POST /holds/{hold}/release", "{}", 401, 404, 200, 200, 200)]
    [InlineData("POST /wallet/{wallet}/freeze", "{}", 401, 403, 403, 403, 200)]
    [InlineData("POST /wallet/{frozen}/unfreeze", "{}", 401, 403, 403, 403, 200)]
    [InlineData("POST /wallet/{empty}/close", "{}", 401, 404, 200, 403, 200)]
    [InlineData("PUT /wallet/{wallet}/limits", "{}", 401, 403, 403, 403, 200)]
    [InlineData("GET /wallet/{wallet}/limits", null, 401, 404, 200, 200, 200)]
    [InlineData("POST /transfers/{transfer}/reverse", "{}", 401, 403, 403, 200, 200)]
    public async Task Each_role_may_do_what_it_may_do_and_no_more(string operation, string? body, int nobody, int stranger, int owner, int service, int staff)
    {
        var customer = api.Customer();
        foreach (var (caller, status) in new[]
        {
            (api.Anonymous(), nobody), (api.Customer(), stranger), (customer, owner), (api.Service(), service), (api.Operator(), staff),
        })
        {
            var (method, path) = await PrepareAsync(customer, operation);
            var before = (await customer.GetAsync("/wallets")).Text;
            var reply = await caller.SendAsync(method, path, body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"));
            Assert.True(reply.Status == status, string.Create(CultureInfo.InvariantCulture, $"{operation} should be {status}: {reply.Text}"));
            if (status > 400)
            {
                reply.AssertProblem(status, status switch { 401 => "UNAUTHENTICATED", 403 => "FORBIDDEN", _ => "NOT_FOUND" });
                Assert.Equal(before, (await customer.GetAsync("/wallets")).Text);
            }
        }
    }

    [Fact]
    public async Task A_service_closes_a_wallet_of_its_own()
    {
        var service = api.Service();
        Assert.Equal(200, (await service.PostAsync($"/wallet/{await service.OpenWalletAsync()}/close", "{}")).Status);
    }

    /// <summary>Makes what the operation is about, anew for every caller.</summary>
    private async Task<(HttpMethod Method, string Path)> PrepareAsync(ApiCaller owner, string operation)
    {
        var walletId = await owner.OpenWalletAsync(100);
        var emptyId = await owner.OpenWalletAsync();
        var frozenId = await owner.OpenWalletAsync();
        await api.Operator().PostAsync($"/wallet/{frozenId}/freeze", "{}");
        var holdId = await owner.PlaceHoldAsync(walletId, 10);
        var transferId = await owner.TransferAsync(walletId, await owner.OpenWalletAsync(), 10);
        var path = operation.Split(' ')[1]
            .Replace("{wallet}", walletId.ToString(), StringComparison.Ordinal)
            .Replace("{empty}", emptyId.ToString(), StringComparison.Ordinal)
            .Replace("{frozen}", frozenId.ToString(), StringComparison.Ordinal)
            .Replace("{hold}", holdId.ToString(), StringComparison.Ordinal)
            .Replace("{transfer}", transferId.ToString(), StringComparison.Ordinal);
        return (new HttpMethod(operation.Split(' ')[0]), path);
    }
}
