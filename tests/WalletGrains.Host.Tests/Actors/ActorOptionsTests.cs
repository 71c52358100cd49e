using Microsoft.Extensions.Configuration;
using WalletGrains.Host.Actors;
using Xunit;

namespace WalletGrains.Host.Tests.Actors;

public sealed class ActorOptionsTests
{
    [Fact]
    public void One_process_with_its_own_database_is_known_to_nobody_and_takes_free_ports()
    {
        var options = Read(ActorRole.All, embedded: true);

        Assert.Equal((ActorClustering.Localhost, 0, 0), (options.Clustering, options.SiloPort, options.GatewayPort));
    }

    [Fact]
    public void A_shared_database_means_a_cluster_on_fixed_ports()
    {
        var options = Read(ActorRole.Silo, embedded: false);

        Assert.Equal((ActorClustering.Database, 11111, 30000), (options.Clustering, options.SiloPort, options.GatewayPort));
    }

    [Fact]
    public void Settings_override_the_defaults()
    {
        var options = Read(ActorRole.All, embedded: true, ("Clustering", "Database"), ("SiloPort", "21111"), ("AdvertisedAddress", "10.1.2.3"));

        Assert.Equal((ActorClustering.Database, 21111, 30000, "10.1.2.3"), (options.Clustering, options.SiloPort, options.GatewayPort, options.AdvertisedAddress));
    }

    [Theory]
    [InlineData("ClusterId", "")]
    [InlineData("ServiceId", "")]
    [InlineData("Clustering", "Gossip")]
    [InlineData("Clustering", "7")]
    [InlineData("SiloPort", "-1")]
    [InlineData("SiloPort", "65536")]
    [InlineData("SiloPort", "eleven")]
    [InlineData("SiloPort", "30000")]
    [InlineData("GatewayPort", "70000")]
    [InlineData("AdvertisedAddress", "silo-1")]
    [InlineData("AdvertisedAddress", "0.0.0.0")]
    [InlineData("ProbeTimeoutSeconds", "0")]
    [InlineData("ResponseTimeoutSeconds", "0")]
    [InlineData("DrainSeconds", "301")]
    [InlineData("ConnectSeconds", "0")]
    public void A_wrong_setting_is_refused_by_its_name(string name, string value)
    {
        var refused = Assert.Throws<ActorSetupException>(() => Read(ActorRole.All, embedded: false, (name, value)));

        Assert.Contains($"Actors:{name}", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ActorRole.Silo, true, "Database", "ConnectionStrings:WalletGrains")]
    [InlineData(ActorRole.Api, true, "Database", "ConnectionStrings:WalletGrains")]
    [InlineData(ActorRole.Silo, false, "Localhost", "Actors:Clustering")]
    [InlineData(ActorRole.Api, false, "Localhost", "Actors:Clustering")]
    public void A_process_that_needs_others_is_refused_where_they_cannot_meet(ActorRole role, bool embedded, string clustering, string setting)
    {
        var refused = Assert.Throws<ActorSetupException>(() => Read(role, embedded, ("Clustering", clustering)));

        Assert.Contains(setting, refused.Message, StringComparison.Ordinal);
    }

    private static ActorOptions Read(ActorRole role, bool embedded, params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>($"Actors:{setting.Name}", setting.Value)))
            .Build();
        return ActorOptions.Read(configuration, role, embedded);
    }
}
