using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using WalletGrains.Api.Http;
using WalletGrains.Api.VirtualAccounts;

namespace WalletGrains.Api.OpenApi;

/// <summary>Describes the types whose JSON is written by hand, which the framework cannot look into.</summary>
internal sealed class SchemaTransformer : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        if (type == typeof(AmountText) || type == typeof(AmountText?))
        {
            schema.Type = type == typeof(AmountText) ? JsonSchemaType.Number : JsonSchemaType.Number | JsonSchemaType.Null;
            schema.ExclusiveMinimum = "0";
            schema.Description = "An amount in major units: a number without an exponent, with at most the decimals of the wallet's currency.";
        }
        else if (type == typeof(MetadataObject))
        {
            schema.Type = JsonSchemaType.Object | JsonSchemaType.Null;
            schema.AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String };
            schema.Description = $"What you attach for your own use: a flat object of strings, at most {Contracts.Limits.MaxMetadataBytes} bytes of names and texts.";
        }
        else if (type == typeof(decimal) || type == typeof(decimal?))
        {
            // The framework says double; no amount is one.
            schema.Format = "decimal";
        }
        else if (type == typeof(DateTimeOffset) || type == typeof(DateTimeOffset?))
        {
            schema.Type = JsonSchemaType.String;
            schema.Format = "date-time";
        }
        else if (context.JsonPropertyInfo?.CustomConverter is PayersText)
        {
            schema.Type = JsonSchemaType.String | JsonSchemaType.Null;
        }

        // Members that must be given, and members that are left out rather than null, are never null.
        if (context.JsonPropertyInfo?.AttributeProvider is { } member
            && (member.IsDefined(typeof(RequiredAttribute), inherit: false) || member.IsDefined(typeof(JsonIgnoreAttribute), inherit: false)))
        {
            schema.Type &= ~JsonSchemaType.Null;
        }

        return Task.CompletedTask;
    }
}
