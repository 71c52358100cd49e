using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;

namespace WalletGrains.Api.Operations;

/// <summary>Tells load balancers and operators how the process is and what it is.</summary>
internal sealed class OperationsEndpoints(HealthCheckService health)
{
    // The compiler writes version+commit.
    private static readonly string[] VersionAndCommit =
        (typeof(OperationsEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown").Split('+', 2);

    private static readonly VersionResponse Version = new(
        "WalletGrains",
        VersionAndCommit[0],
        VersionAndCommit.ElementAtOrDefault(1),
        RuntimeInformation.FrameworkDescription);

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", "/health/live", LiveAsync, new("live", "Operations", "Whether the process answers")
        {
            Access = Access.Open,
            Limited = false,
            Response = typeof(HealthResponse),
            CallsGrains = false,
        });
        endpoints.MapApi("GET", "/health/ready", ReadyAsync, new("ready", "Operations", "Whether the process can do its work")
        {
            Access = Access.Open,
            Limited = false,
            Response = typeof(HealthResponse),
            CallsGrains = false,
            Problems = [ProblemKind.Unavailable],
        });
        endpoints.MapApi("GET", "/version", VersionAsync, new("version", "Operations", "What is running")
        {
            Access = Access.Open,
            Limited = false,
            Response = typeof(VersionResponse),
            CallsGrains = false,
        });
    }

    /// <summary>Asks nothing of anyone: restarting this process would not bring a database back.</summary>
    private static ValueTask<Answer> LiveAsync(HttpContext context) => new(Answer.Ok(
        new HealthResponse(nameof(HealthStatus.Healthy), new Dictionary<string, string>()),
        ApiJson.Wire.HealthResponse));

    private async ValueTask<Answer> ReadyAsync(HttpContext context)
    {
        var report = await health.CheckHealthAsync(context.RequestAborted);
        var reasons = report.Entries
            .Where(check => check.Value.Status != HealthStatus.Healthy)
            .ToDictionary(check => check.Key, check => check.Value.Description ?? "The check failed.", StringComparer.Ordinal);
        return report.Status == HealthStatus.Unhealthy
            ? new Problem(ProblemKind.Unavailable, "This host cannot do its work now: " + string.Join(" ", reasons.Values))
            {
                Errors = reasons.ToDictionary(reason => reason.Key, reason => new[] { reason.Value }, StringComparer.Ordinal),
            }
            : Answer.Ok(
                new HealthResponse(
                    report.Status.ToString(),
                    report.Entries.ToDictionary(check => check.Key, check => check.Value.Status.ToString(), StringComparer.Ordinal))
                {
                    Reasons = reasons.Count > 0 ? reasons : null,
                },
                ApiJson.Wire.HealthResponse);
    }

    private static ValueTask<Answer> VersionAsync(HttpContext context) => new(Answer.Ok(Version, ApiJson.Wire.VersionResponse));
}

/// <summary>How the process is.</summary>
/// <param name="Status">Healthy or Degraded.</param>
/// <param name="Checks">The same by what was checked.</param>
internal sealed record HealthResponse(string Status, IReadOnlyDictionary<string, string> Checks)
{
    /// <summary>What is wrong, by what was checked; left out when nothing is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Reasons { get; init; }
}

/// <summary>What is running.</summary>
/// <param name="Product">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Commit">The commit it was built from; null where the build did not know it.</param>
/// <param name="Framework">The .NET it runs on.</param>
internal sealed record VersionResponse(string Product, string Version, string? Commit, string Framework);
