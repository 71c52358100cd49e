using System.Globalization;
using System.Text.Json;
using Xunit;

namespace WalletGrains.Api.Tests;

/// <summary>The OpenAPI document, to hold answers against.</summary>
public sealed class OpenApiContract
{
    private readonly (string[] Pattern, JsonElement Operations)[] _paths;

    public OpenApiContract(string text)
    {
        Root = JsonDocument.Parse(text).RootElement;
        _paths = ReadPaths(Root);
    }

    public JsonElement Root { get; }

    /// <summary>Every documented method with its path: "GET /wallet/{id}".</summary>
    public IEnumerable<string> Operations =>
        from path in Root.GetProperty("paths").EnumerateObject()
        from method in path.Value.EnumerateObject()
        select $"{method.Name.ToUpperInvariant()} {path.Name}";

    /// <summary>The operation that serves this path; null when none does.</summary>
    public JsonElement? Find(HttpMethod method, string path)
    {
        var segments = path.Split('/');
        foreach (var (pattern, operations) in _paths)
        {
            if (pattern.Length == segments.Length
                && pattern.Zip(segments).All(pair => pair.First == pair.Second || (pair.First == "{id}" && pair.Second.Length > 0))
                && operations.TryGetProperty(method.Method.ToLowerInvariant(), out var operation))
            {
                return operation;
            }
        }

        return null;
    }

    /// <summary>Asserts that the document promises this status with this content type.</summary>
    public void Check(HttpMethod method, string path, HttpResponseMessage response)
    {
        if (Find(method, path) is not { } operation)
        {
            return;
        }

        var status = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        Assert.True(
            operation.GetProperty("responses").TryGetProperty(status, out var promised),
            $"{method} {path} answered {status}, which the OpenAPI document does not promise.");
        if (response.StatusCode == System.Net.HttpStatusCode.NoContent)
        {
            Assert.Equal(0, response.Content.Headers.ContentLength ?? 0);
            return;
        }

        var contentType = response.Content.Headers.ContentType?.MediaType;
        Assert.True(
            promised.GetProperty("content").TryGetProperty(contentType ?? "", out _),
            $"{method} {path} answered {status} as {contentType}, which the OpenAPI document does not promise.");
    }

    // Those without an id come first. Every answer of every test is looked up here.
    private static (string[] Pattern, JsonElement Operations)[] ReadPaths(JsonElement root) =>
    [
        .. root.GetProperty("paths").EnumerateObject()
            .OrderBy(path => path.Name.Contains('{', StringComparison.Ordinal))
            .Select(path => (path.Name.Split('/'), path.Value)),
    ];
}
