using System.Text.Json;
using WalletGrains.Contracts;

namespace WalletGrains.Grains.Counterparts;

/// <summary>Reads members of answers. What is not as it has to be is a <see cref="FormatException"/> that names the member.</summary>
internal static class CounterpartFields
{
    private const int MaxTextLength = 200;

    /// <summary>A text that can be stored and shown.</summary>
    public static string Text(this JsonElement json, string member) => TextIn(json.GetProperty(member), member);

    /// <summary>The same; null where it is missing or null.</summary>
    public static string? OptionalText(this JsonElement json, string member) =>
        json.TryGetProperty(member, out var value) && value.ValueKind is not JsonValueKind.Null ? TextIn(value, member) : null;

    /// <summary>An amount, exactly, of the currency that the member of this name has.</summary>
    public static Money Amount(this JsonElement json, string member, string currencyMember) =>
        Currency.TryParse(json.Text(currencyMember), out var currency)
        && Money.TryParse(json.GetProperty(member).GetRawText(), currency, out var amount) is null
            ? amount
            : throw new FormatException($"{member} is not an amount.");

    private static string TextIn(JsonElement value, string member) =>
        value.GetString() is { Length: > 0 and <= MaxTextLength } text && PlainText.IsValid(text) ? text : throw new FormatException($"{member} is not a text.");
}
