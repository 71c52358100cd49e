using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using WalletGrains.Api.Http;
using WalletGrains.Contracts.VirtualAccounts;

namespace WalletGrains.Api.VirtualAccounts;

/// <summary>
/// Words that a payer has chosen. Whatever they are, they keep no money back: what cannot be stored or shown is replaced, what is too long is cut, and
/// what is no text is none.
/// </summary>
internal sealed partial class PayersText : JsonConverter<string?>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is not JsonTokenType.String)
        {
            reader.Skip();
            return null;
        }

        var text = Written(ref reader);
        return Fit(reader.ValueIsEscaped ? Escape().Replace(text, CharacterOf) : text);
    }

    public override void Write(Utf8JsonWriter writer, string? value, JsonSerializerOptions options) =>
        throw new NotSupportedException("A payer's text is only ever read.");

    /// <summary>A string as it is written, escapes and all. The reader's own way refuses the escape of half a pair, and what is no UTF-8; here that is replaced.</summary>
    public static string Written(ref Utf8JsonReader reader) =>
        Encoding.UTF8.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan);

    private static string? Fit(string text)
    {
        var fit = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (fit.Length + rune.Utf16SequenceLength > BankCredit.MaxWordsLength)
            {
                break;
            }

            fit.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }

        return string.IsNullOrWhiteSpace(fit.ToString()) ? null : fit.ToString();
    }

    private static string CharacterOf(Match escape) => escape.Groups["unit"] is { Success: true } unit
        ? ((char)ushort.Parse(unit.ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString()
        : escape.Value is [_, '"' or '\\' or '/'] ? escape.Value[1..] : " ";

    [GeneratedRegex("""\\(?:u(?<unit>[0-9a-fA-F]{4})|.)""")]
    private static partial Regex Escape();
}

/// <summary>When the bank says something happened; null when it does not say so in a way that can be read.</summary>
internal sealed class BanksTime : JsonConverter<DateTimeOffset?>
{
    public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.String)
        {
            return UtcTime.TryParse(PayersText.Written(ref reader), out var time) ? time : null;
        }

        reader.Skip();
        return null;
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options) =>
        throw new NotSupportedException("The bank's time is only ever read.");
}
