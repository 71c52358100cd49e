using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WalletGrains.Api.Errors;

namespace WalletGrains.Api.Http;

/// <summary>Says in the words of the contract why a body was refused; the serializer's own words name types of this program.</summary>
internal static class JsonErrors
{
    /// <summary>The body is JSON, but null or an array or a plain value.</summary>
    public static readonly Problem NotAnObject = Problem.Invalid("The body must be a JSON object.");

    /// <summary>The problem for what the serializer threw while it read a body of this type.</summary>
    public static Problem Explain(JsonException exception, JsonTypeInfo typeInfo)
    {
        if (exception.InnerException is JsonException)
        {
            return Problem.Invalid(string.Create(
                CultureInfo.InvariantCulture,
                $"The body is not one JSON object: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}."));
        }

        if (MemberOf(exception.Path) is not { } name)
        {
            return NotAnObject;
        }

        var type = TypeOf(name, typeInfo);
        var shown = name.Length <= ApiLimits.MaxEchoedNameLength ? name : name[..ApiLimits.MaxEchoedNameLength];
        var errors = new FieldErrors();
        errors.Add(shown, (type, exception.InnerException) switch
        {
            (null, _) => $"{shown} is not a member of this request.",
            ({ Kind: JsonTypeInfoKind.Enumerable }, _) => $"{shown} must be an array, given once.",
            ({ Kind: JsonTypeInfoKind.Object }, _) => $"{shown} must be an object.",
            (_, null) => $"{shown} is given more than once.",
            ({ Type: var simple }, _) when simple == typeof(Guid?) => $"{shown} must be a UUID.",
            ({ Type: var simple }, _) when simple == typeof(bool?) => $"{shown} must be true or false.",
            ({ Type: var simple }, _) when simple == typeof(long?) => $"{shown} must be a whole number.",
            ({ Type: var simple }, _) when simple == typeof(DateTimeOffset?) => $"{shown} must be a time with its offset, such as 2026-01-31T12:00:00.000Z.",
            _ => $"{shown} must be a string of whole characters.",
        });
        return Problem.Invalid(errors);
    }

    /// <summary>The type of the member that a path such as legs[0].amount leads to; null when it leads to none.</summary>
    private static JsonTypeInfo? TypeOf(string path, JsonTypeInfo root)
    {
        JsonTypeInfo? type = root;
        foreach (var step in root.Properties.Any(property => property.Name == path) ? [path] : path.Split('.'))
        {
            var index = step.IndexOf('[', StringComparison.Ordinal);
            var name = index < 0 ? step : step[..index];
            type = type?.Properties.FirstOrDefault(property => string.Equals(property.Name, name, StringComparison.Ordinal)) is { } member
                ? root.Options.GetTypeInfo(member.PropertyType)
                : null;
            type = index >= 0 && type?.ElementType is { } element ? root.Options.GetTypeInfo(element) : type;
        }

        return type;
    }

    /// <summary>The member a path such as $.amount or $['odd name'] leads to; null for the body itself.</summary>
    private static string? MemberOf(string? path)
    {
        if (path is null or "$")
        {
            return null;
        }

        return path.StartsWith("$['", StringComparison.Ordinal)
            ? path[3..].TrimEnd(']').TrimEnd('\'')
            : path[2..];
    }
}
