using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using WalletGrains.Api.Errors;
using WalletGrains.Contracts;

namespace WalletGrains.Api.Http;

/// <summary>
/// An amount exactly as the request wrote it. Its value is read only when the wallet's currency says how many decimals it
/// may have, and never passes through binary floating point.
/// </summary>
[JsonConverter(typeof(Converter))]
internal readonly struct AmountText
{
    private readonly string? _number;

    private AmountText(bool isGiven, string? number) => (IsGiven, _number) = (isGiven, number);

    /// <summary>The request has the member, and it is not null.</summary>
    public bool IsGiven { get; }

    /// <summary>The member is a JSON number.</summary>
    public bool IsNumber => _number is not null;

    /// <summary>Reads the amount in a currency: above zero, with no more decimals than the currency has.</summary>
    /// <param name="field">Whose amount it is.</param>
    /// <param name="currency">The currency.</param>
    /// <param name="money">The amount.</param>
    /// <param name="mostMinor">The most it may be, where no wallet decides about it at once: what a wallet itself refuses uses a request id up.</param>
    public Problem? TryRead(string field, Currency currency, out Money money, long mostMinor = long.MaxValue)
    {
        var error = Money.TryParse(_number, currency, out money);
        if (error is null && money.MinorUnits > 0)
        {
            return money.MinorUnits > mostMinor ? Refusals.AmountTooLarge : null;
        }

        if (error == AmountError.TooLarge && _number is not ['-', ..])
        {
            return Refusals.AmountTooLarge;
        }

        var errors = new FieldErrors();
        errors.Add(field, error switch
        {
            AmountError.NotADecimalNumber => $"{field} must be a decimal number without an exponent, such as 100.5.",
            AmountError.TooManyDecimals => $"{field} has more decimals than {currency.Code} has ({currency.Exponent}).",
            AmountError.TooLarge or null => $"{field} must be above zero.",
            _ => throw new InvalidOperationException($"Unknown amount error {error}."),
        });
        return Problem.Invalid(errors);
    }

    /// <summary>The same for an amount that may be left out.</summary>
    public static Problem? TryRead(AmountText? text, string field, Currency currency, out Money? money, long mostMinor = long.MaxValue)
    {
        money = null;
        if (text is not { } given)
        {
            return null;
        }

        var problem = given.TryRead(field, currency, out var amount, mostMinor);
        money = amount;
        return problem;
    }

    /// <summary>Keeps the text of the number; a value of another type is kept as "not a number" and refused with the other fields.</summary>
    internal sealed class Converter : JsonConverter<AmountText>
    {
        public override AmountText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.Number)
            {
                return new AmountText(isGiven: true, Encoding.ASCII.GetString(reader.ValueSpan));
            }

            reader.Skip();
            return new AmountText(isGiven: reader.TokenType != JsonTokenType.Null, number: null);
        }

        public override void Write(Utf8JsonWriter writer, AmountText value, JsonSerializerOptions options) =>
            throw new NotSupportedException("An amount text is only ever read.");
    }
}
