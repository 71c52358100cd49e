using System.Text.RegularExpressions;
using Serilog.Core;
using Serilog.Events;

namespace WalletGrains.Host.Logging;

/// <summary>
/// Keeps access tokens out of the logs, whoever writes the line: the framework's lines about requests have the whole address, and a page in a
/// browser sends its token there (a WebSocket has no headers).
/// </summary>
internal sealed partial class TokenRedaction : ILogEventEnricher
{
    private const string Redacted = "(redacted)";

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        List<LogEventProperty>? redacted = null;
        foreach (var (name, value) in logEvent.Properties)
        {
            if (Without(value) is { } without)
            {
                (redacted ??= []).Add(new LogEventProperty(name, without));
            }
        }

        redacted?.ForEach(logEvent.AddOrUpdateProperty);
    }

    /// <summary>The value without tokens; null when it has none.</summary>
    private static LogEventPropertyValue? Without(LogEventPropertyValue value)
    {
        switch (value)
        {
            case ScalarValue { Value: { } scalar and (string or not IFormattable) }:
                var text = scalar.ToString() ?? "";
                return MayHaveToken(text) ? new ScalarValue(Token().Replace(text, "$1" + Redacted)) : null;
            case SequenceValue sequence when sequence.Elements.Any(element => Without(element) is not null):
                return new SequenceValue(sequence.Elements.Select(element => Without(element) ?? element));
            case StructureValue structure when structure.Properties.Any(property => Without(property.Value) is not null):
                return new StructureValue(structure.Properties.Select(property => new LogEventProperty(property.Name, Without(property.Value) ?? property.Value)), structure.TypeTag);
            case DictionaryValue dictionary when dictionary.Elements.Any(element => Without(element.Value) is not null):
                return new DictionaryValue(dictionary.Elements.Select(element => KeyValuePair.Create(element.Key, Without(element.Value) ?? element.Value)));
            default:
                return null;
        }
    }

    private static bool MayHaveToken(string text) =>
        text.Contains("access_token", StringComparison.OrdinalIgnoreCase) || text.Contains("eyJ", StringComparison.Ordinal);

    /// <summary>The parameter of a query, and anything that has the three parts of a token with a JSON header.</summary>
    [GeneratedRegex(@"(access_token=)[^&\s""']+|eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
