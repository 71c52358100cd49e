using System.Net;
using Xunit;

namespace WalletGrains.Api.Tests.Auth;

/// <summary>The dashboard in a browser, which sends no Authorization header.</summary>
[Collection(ApiTests.Name)]
public sealed class DashboardBrowserTests(ApiFixture api) : IDisposable
{
    private readonly HttpClient _browser = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = api.Address };

    public void Dispose() => _browser.Dispose();

    [Fact]
    public async Task What_is_opened_with_an_operators_token_goes_on_with_a_cookie_for_the_dashboard_alone()
    {
        var opened = await OpenAsync(api.Operator().Token!);
        Assert.Equal(HttpStatusCode.Redirect, opened.StatusCode);
        Assert.Equal("/dashboard/", opened.Headers.Location?.OriginalString);
        var cookie = Assert.Single(opened.Headers.GetValues("Set-Cookie"));
        Assert.Contains("path=/dashboard;", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);

        var page = await GetAsync("/dashboard/", cookie);

        // The in-process runtime has no dashboard, and says where there is one.
        Assert.True(page.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound, $"{page.StatusCode}");
        Assert.Contains("Orleans", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/wallets", cookie)).StatusCode);
    }

    [Fact]
    public async Task A_customers_token_opens_nothing()
    {
        var opened = await OpenAsync(api.Customer().Token!);
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync("/dashboard/", Assert.Single(opened.Headers.GetValues("Set-Cookie")))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/dashboard/", cookie: null)).StatusCode);
    }

    private Task<HttpResponseMessage> OpenAsync(string token) => GetAsync($"/dashboard?access_token={token}", cookie: null);

    private Task<HttpResponseMessage> GetAsync(string path, string? cookie)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie.Split(';')[0]);
        }

        return _browser.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
