using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;

namespace WalletGrains.Api.OpenApi;

/// <summary>Writes what an endpoint's <see cref="Operation"/> promises into the document.</summary>
internal sealed class OperationTransformer : IOpenApiOperationTransformer
{
    /// <summary>Name of the security scheme of access tokens.</summary>
    public const string TokenScheme = "bearer";

    /// <summary>Name of the security scheme of services' keys.</summary>
    public const string KeyScheme = "apiKey";

    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var promised = context.Description.ActionDescriptor.EndpointMetadata.OfType<Operation>().Single();
        var hasPathId = context.Description.RelativePath!.Contains("{id}", StringComparison.Ordinal);

        operation.OperationId = promised.Id;
        operation.Summary = promised.Summary;
        operation.Description = Description(promised);
        operation.Tags = new HashSet<OpenApiTagReference> { new(promised.Tag, context.Document) };
        operation.Parameters = [.. Parameters(promised, hasPathId)];
        operation.Security = [.. Credentials(promised.Access).Select(scheme =>
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = [] })];
        operation.RequestBody = await BodyAsync(promised, context, cancellationToken);
        foreach (var (status, response) in operation.Responses ?? [])
        {
            var kinds = promised.AllProblems(hasPathId).Where(kind => Text(kind.Status) == status).ToList();
            var written = (OpenApiResponse)response;
            written.Description = kinds.Count == 0
                ? ReasonPhrases.GetReasonPhrase(promised.Status)
                : string.Join("; ", kinds.Select(kind => $"`{kind.Code}`: {kind.Title}"));
            AddExamples(written, promised, kinds, "/" + context.Description.RelativePath);
            written.Headers = Headers(kinds.Any(kind => kind.RetryAfterSeconds is not null), promised.Replays && status is "200" or "201" or "400" or "422");
        }
    }

    /// <summary>One of the body it answers with, or one of each problem with this status.</summary>
    private static void AddExamples(OpenApiResponse response, Operation promised, IReadOnlyList<ProblemKind> kinds, string path)
    {
        foreach (var (mediaType, content) in response.Content ?? new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal))
        {
            if (mediaType == ProblemBody.ContentType)
            {
                content.Examples = kinds.ToDictionary(
                    kind => kind.Code, kind => (IOpenApiExample)new OpenApiExample { Value = ExampleBodies.Of(kind, path, promised) }, StringComparer.Ordinal);
            }
            else if (mediaType == ApiEndpoints.Json)
            {
                content.Example = ExampleBodies.Of(promised.Response);
            }
        }
    }

    private static async Task<OpenApiRequestBody?> BodyAsync(Operation promised, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (promised.TextBody is { } text)
        {
            return new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    [text.MediaType] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String }, Example = JsonValue.Create(text.Example) },
                },
            };
        }

        if (promised.Body is not { } type)
        {
            return null;
        }

        if (context.Document!.Components?.Schemas?.ContainsKey(type.Name) != true)
        {
            context.Document.AddComponent(type.Name, await context.GetOrCreateSchemaAsync(type, parameterDescription: null, cancellationToken));
        }

        return new OpenApiRequestBody
        {
            Required = !promised.BodyIsOptional,
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                [ApiEndpoints.Json] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchemaReference(type.Name, context.Document),
                    Example = ExampleBodies.Of(type),
                },
            },
        };
    }

    private static IEnumerable<string> Credentials(Access access) =>
        access.IsOpen ? [] : access.Scope is Scopes.None ? [TokenScheme] : [TokenScheme, KeyScheme];

    private static string? Description(Operation promised) => promised.Access.Scope is Scopes.None
        ? promised.Description
        : $"{promised.Description} A key needs the scope {ScopeNames.NameOf(promised.Access.Scope)}.".TrimStart();

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<IOpenApiParameter> Parameters(Operation promised, bool hasPathId)
    {
        if (hasPathId)
        {
            yield return new OpenApiParameter
            {
                Name = "id",
                In = ParameterLocation.Path,
                Required = true,
                Description = "A UUID in its 36 characters.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" },
            };
        }

        foreach (var parameter in promised.Query)
        {
            yield return new OpenApiParameter
            {
                Name = parameter.Name,
                In = ParameterLocation.Query,
                Description = parameter.Description,
                Schema = new OpenApiSchema
                {
                    Type = parameter.IsInteger ? JsonSchemaType.Integer : JsonSchemaType.String,
                    Enum = parameter.Values is null ? null : [.. parameter.Values.Select(value => (JsonNode)JsonValue.Create(value))],
                },
            };
        }

        if (promised.TakesRequestId)
        {
            yield return new OpenApiParameter
            {
                Name = "Idempotency-Key",
                In = ParameterLocation.Header,
                Description = promised.RequestIdMember is { } member
                    ? $"Takes the place of {member} in the body; where both are given they must be equal."
                    : "Names this request; a repeat is answered like the first one.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = Contracts.Limits.MaxRequestIdLength },
            };
        }

        yield return new OpenApiParameter
        {
            Name = CorrelationId.HeaderName,
            In = ParameterLocation.Header,
            Description = "Names this request in the logs: 1 to 128 letters, digits, dots, underscores and dashes. Made when missing.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = ApiLimits.MaxCorrelationIdLength },
        };
    }

    private static Dictionary<string, IOpenApiHeader> Headers(bool retryAfter, bool replays)
    {
        var headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal)
        {
            [CorrelationId.HeaderName] = new OpenApiHeader
            {
                Description = "Names this request in the logs.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            },
        };
        if (retryAfter)
        {
            headers["Retry-After"] = new OpenApiHeader
            {
                Description = "Seconds after which to try again.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.Integer },
            };
        }

        if (replays)
        {
            headers["Idempotent-Replay"] = new OpenApiHeader
            {
                Description = "true when an earlier request with the same id was decided like this. A success is then repeated byte for byte; a problem in all but timestamp and correlationId.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            };
        }

        return headers;
    }
}
