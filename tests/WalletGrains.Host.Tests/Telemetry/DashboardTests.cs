using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using WalletGrains.Host.Startup;
using WalletGrains.Testing;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace WalletGrains.Host.Tests.Telemetry;

/// <summary>The telemetry profile of docker-compose.yml: its files fit each other, and its dashboard the product.</summary>
public sealed partial class DashboardTests
{
    private static readonly string Root = RootOf();

    [Fact]
    public async Task Every_metric_of_the_dashboard_is_one_that_a_host_has()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var instruments = new ConcurrentDictionary<string, bool>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                foreach (var series in SeriesOf(instrument))
                {
                    instruments[series] = true;
                }
            },
        };
        listener.Start();
        await using var folder = TestFolders.Create("dashboard");
        await using var database = await TestPostgres.CreateDatabaseAsync(cancellation);
        await using (await WalletGrainsHost.StartAsync(
            [
                "--environment=Development",
                "--Urls=http://127.0.0.1:0",
                $"--ConnectionStrings:WalletGrains={database.ConnectionString}",
                $"--WALLETGRAINS_DATA={Path.Combine(folder.Path, "data")}",
                $"--WALLETGRAINS_LOGS={Path.Combine(folder.Path, "logs")}",
                "--Actors:Clustering=Localhost",
                "--Serilog:MinimumLevel:Default=Warning",
                // Nobody is there; what counts is that the instruments are.
                "--OTEL_METRICS_EXPORTER=otlp",
                "--OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9",
                "--OTEL_EXPORTER_OTLP_TIMEOUT=100",
            ],
            cancellation))
        {
        }

        var asked = Expressions().SelectMany(expression => Series().Matches(Labels().Replace(expression, "")).Select(match => match.Value)).Distinct().ToList();
        Assert.True(asked.Count > 20, "The dashboard's metrics were not found.");
        Assert.All(asked, series => Assert.Contains(series, instruments.Keys));
    }

    [Fact]
    public void The_dashboard_has_ids_and_places_of_their_own_and_the_source_that_is_provisioned()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, "telemetry/grafana/dashboards/walletgrains.json")));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();
        Assert.Equal(panels.Count, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.Equal(panels.Count, panels.Select(panel => panel.GetProperty("gridPos")).Select(at => (at.GetProperty("x").GetInt32(), at.GetProperty("y").GetInt32())).Distinct().Count());
        var source = Scalar(Load("telemetry/grafana/provisioning/datasources/prometheus.yaml"), "datasources", 0, "uid");
        Assert.All(
            panels.Where(panel => panel.GetProperty("type").GetString() != "row"),
            panel => Assert.Equal(source, panel.GetProperty("datasource").GetProperty("uid").GetString()));
    }

    [Fact]
    public void The_files_of_the_profile_lead_to_each_other()
    {
        var compose = Load("docker-compose.yml");
        foreach (var service in new[] { "collector", "prometheus", "grafana" })
        {
            Assert.Equal("telemetry", Scalar(compose, "services", service, "profiles", 0));
            foreach (var volume in ((YamlSequenceNode)Node(compose, "services", service, "volumes")).Select(volume => volume.ToString()).Where(volume => volume.StartsWith("./", StringComparison.Ordinal)))
            {
                var path = Path.Combine(Root, volume.Split(':')[0]);
                Assert.True(Path.Exists(path), $"{service} mounts {volume}, which is not there.");
            }
        }

        // Hosts send where the collector listens; the collector shows where Prometheus looks; Grafana asks Prometheus, and loads the mounted folder.
        var collector = Load("telemetry/collector.yaml");
        Assert.Contains("http://collector:4317", File.ReadAllText(Path.Combine(Root, "docker-compose.yml")), StringComparison.Ordinal);
        Assert.EndsWith(":4317", Scalar(collector, "receivers", "otlp", "protocols", "grpc", "endpoint"), StringComparison.Ordinal);
        Assert.Equal("collector:8889", Scalar(Load("telemetry/prometheus.yaml"), "scrape_configs", 0, "static_configs", 0, "targets", 0));
        Assert.EndsWith(":8889", Scalar(collector, "exporters", "prometheus", "endpoint"), StringComparison.Ordinal);
        Assert.Equal("http://prometheus:9090", Scalar(Load("telemetry/grafana/provisioning/datasources/prometheus.yaml"), "datasources", 0, "url"));
        var dashboards = Scalar(Load("telemetry/grafana/provisioning/dashboards/walletgrains.yaml"), "providers", 0, "options", "path");
        Assert.Contains(
            (YamlSequenceNode)Node(compose, "services", "grafana", "volumes"), volume => volume.ToString() == $"./telemetry/grafana/dashboards:{dashboards}:ro");
        foreach (var (_, pipeline) in (YamlMappingNode)Node(collector, "service", "pipelines"))
        {
            foreach (var (part, names) in (YamlMappingNode)pipeline)
            {
                Assert.All((YamlSequenceNode)names, name => Assert.Contains(name, ((YamlMappingNode)Node(collector, part.ToString())).Children.Keys));
            }
        }
    }

    /// <summary>The names by which the collector shows an instrument to Prometheus.</summary>
    private static IEnumerable<string> SeriesOf(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_') + instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        var kind = instrument.GetType().Name;
        return kind.StartsWith("Histogram", StringComparison.Ordinal) ? [$"{name}_bucket", $"{name}_sum", $"{name}_count"]
            : kind.StartsWith("Counter", StringComparison.Ordinal) || kind.StartsWith("ObservableCounter", StringComparison.Ordinal) ? [$"{name}_total"]
            : [name];
    }

    private static List<string> Expressions()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, "telemetry/grafana/dashboards/walletgrains.json")));
        return dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .Where(panel => panel.TryGetProperty("targets", out _))
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!)
            .ToList();
    }

    private static YamlNode Load(string file)
    {
        var yaml = new YamlStream();
        using var reader = new StreamReader(Path.Combine(Root, file));
        yaml.Load(reader);
        return yaml.Documents.Single().RootNode;
    }

    private static YamlNode Node(YamlNode node, params object[] path) =>
        path.Aggregate(node, (at, step) => step is int index ? at[index] : at[(string)step]);

    private static string Scalar(YamlNode node, params object[] path) => ((YamlScalarNode)Node(node, path)).Value!;

    private static string RootOf([CallerFilePath] string thisFile = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../../.."));

    [GeneratedRegex(@"by \([^)]*\)")]
    private static partial Regex Labels();

    [GeneratedRegex(@"\b(walletgrains|http|dotnet)_[a-z0-9_]+_[a-z0-9_]+(?=[{\[\s,)]|$)")]
    private static partial Regex Series();
}
