using System.Runtime.Versioning;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using WalletGrains.Host.Startup;
using WalletGrains.Host.Telemetry;
using WalletGrains.Testing.Processes;
using Xunit;

namespace WalletGrains.Host.Tests.Telemetry;

/// <summary>What a host sends to a collector.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class TelemetryTests
{
    [Fact]
    public async Task Spans_and_metrics_of_a_deposit_arrive_at_a_collector()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var collector = await OtlpReceiver.StartAsync();
        await using var folders = new HostFolders();
        using var host = await HostProcessUnderTest.StartAsync(folders, new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=under-test",
        });
        using (var bank = new BankClient(host.Address))
        {
            await bank.SignInAsync(cancellation);
            var walletId = await bank.OpenWalletAsync(cancellation);
            Assert.IsType<Reply.Ok>(await bank.PostAsync($"/wallet/{walletId}/deposit", """{"amount":12.5}""", cancellation));
        }

        foreach (var text in new[] { "POST /wallet/{id}/deposit", "IWalletGrain/ExecuteAsync", "journal commit", "walletgrains.correlation_id", "under-test", "walletgrains" })
        {
            await collector.WaitForAsync("traces", text, cancellation);
        }

        foreach (var text in new[]
        {
            "http.server.request.duration", "walletgrains.journal.commit.size", "walletgrains.journal.commit.duration", "walletgrains.journal.queue.length",
            "walletgrains.grain.call.duration", "walletgrains.audit.stored", "dotnet.gc.collections", "under-test",
        })
        {
            await collector.WaitForAsync("metrics", text, cancellation);
        }

        Assert.DoesNotContain(BankClient.OperatorPassword, collector.Received("traces"), StringComparison.Ordinal);
        Assert.Equal(0, await host.TerminateAsync());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")]
    [InlineData(true, false, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:4318/v1/traces")]
    [InlineData(false, true, "OTEL_METRICS_EXPORTER", "otlp")]
    [InlineData(false, true, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318", "OTEL_TRACES_EXPORTER", "none")]
    [InlineData(false, false, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318", "OTEL_SDK_DISABLED", "true")]
    public void Only_the_standard_variables_switch_it_on(bool traces, bool metrics, params string[] variables) =>
        Assert.Equal(new TelemetryOptions(traces, metrics), TelemetryOptions.Read(Configuration(variables)));

    [Fact]
    public void An_exporter_that_there_is_not_is_refused_by_its_name()
    {
        var refused = Assert.Throws<StartupException>(() => TelemetryOptions.Read(Configuration("OTEL_TRACES_EXPORTER", "zipkin")));
        Assert.Contains("OTEL_TRACES_EXPORTER", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "nonsense")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "ftp://127.0.0.1")]
    public void An_endpoint_that_is_none_is_refused_by_its_name(string variable, string text)
    {
        var refused = Assert.Throws<StartupException>(() => TelemetryOptions.Read(Configuration(variable, text)));
        Assert.Contains($"{variable} is '{text}'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_registered_when_it_is_off()
    {
        var services = new ServiceCollection();
        services.AddTelemetry(new TelemetryOptions(false, false));
        Assert.Empty(services);
    }

    private static IConfigurationRoot Configuration(params string[] variables) => new ConfigurationBuilder()
        .AddInMemoryCollection(variables.Chunk(2).Select(pair => KeyValuePair.Create<string, string?>(pair[0], pair[1])))
        .Build();
}
