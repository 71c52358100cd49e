using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using WalletGrains.Api.Http;

namespace WalletGrains.Api.OpenApi;

/// <summary>Describes the types whose JSON is written by hand, which the framework cannot look into.</summary>
internal sealed class SchemaTransformer : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        if (type == typeof(AmountText))
        {
            schema.Type = JsonSchemaType.Number;
            schema.ExclusiveMinimum = "0";
        }
        else if (type == typeof(decimal))
        {
            // The framework says double; no amount is one.
            schema.Format = "decimal";
        }
        else if (type == typeof(DateTimeOffset) || type == typeof(DateTimeOffset?))
        {
            schema.Type = JsonSchemaType.String;
            schema.Format = "date-time";
        }

        return Task.CompletedTask;
    }
}
