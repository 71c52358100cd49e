using WalletGrains.Host.Startup;
using Xunit;

namespace WalletGrains.Api.Tests.Bills;

public sealed class BillerSettingsTests
{
    [Fact]
    public async Task A_host_whose_settings_of_a_biller_are_wrong_does_not_start()
    {
        await using var api = new ApiFixture();
        var refused = await Assert.ThrowsAsync<StartupException>(() => api.StartAsync("Development", proxied: null, "--Billers:gas:Name=City Gas"));
        Assert.Equal("Billers:gas:ReferenceLabel is missing.", refused.Message);
    }
}
