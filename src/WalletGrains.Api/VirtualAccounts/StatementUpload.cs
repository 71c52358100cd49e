using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Microsoft.VisualBasic.FileIO;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Contracts;
using WalletGrains.Contracts.VirtualAccounts;

namespace WalletGrains.Api.VirtualAccounts;

/// <summary>Reads a statement of the bank: CSV with the columns reference, account, amount and time, each reference once.</summary>
internal static class StatementUpload
{
    /// <summary>The type it is sent as.</summary>
    public const string MediaType = "text/csv";

    /// <summary>A statement of one payment.</summary>
    public const string Example = "reference,account,amount,time\r\nFT26031000017,0000014577,2500.00,2026-01-31T12:00:00.000Z\r\n";

    private static readonly string[] Columns = ["reference", "account", "amount", "time"];

    private static readonly Problem NotCsv = new(ProblemKind.UnsupportedMediaType, $"The body must be sent as {MediaType} in UTF-8, without a content encoding.");
    private static readonly Problem TooLarge = new(ProblemKind.BodyTooLarge, $"A statement may have at most {ApiLimits.MaxStatementBytes} bytes.");

    /// <summary>Reads the whole body.</summary>
    /// <returns>The lines; or why not.</returns>
    public static async ValueTask<(IReadOnlyList<StatementLine>? Lines, Problem? Problem)> ReadAsync(HttpRequest request, DateOnly day)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = ApiLimits.MaxStatementBytes;
        }

        if (request.ContentLength > ApiLimits.MaxStatementBytes)
        {
            return (null, TooLarge);
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase)
            || request.Headers.ContentEncoding.Count > 0)
        {
            return (null, NotCsv);
        }

        // Above its limit the server itself ends a body that said nothing of its length.
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var bytes = body.GetBuffer().AsSpan(0, (int)body.Length);
        return Utf8.IsValid(bytes) ? Parse(Encoding.UTF8.GetString(bytes), day) : (null, Problem.Invalid("The body is not valid UTF-8."));
    }

    /// <summary>Reads a statement's text.</summary>
    internal static (IReadOnlyList<StatementLine>? Lines, Problem? Problem) Parse(string text, DateOnly day)
    {
        using var reader = new StringReader(text.TrimStart('\uFEFF'));
        using var csv = new TextFieldParser(reader) { Delimiters = [","], HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = false };
        var lines = new List<StatementLine>();
        var references = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            if (csv.ReadFields() is not { } header || !header.SequenceEqual(Columns))
            {
                return (null, Problem.Invalid($"The first line must be {string.Join(',', Columns)}."));
            }

            while (!csv.EndOfData)
            {
                var number = csv.LineNumber;
                var (line, wrong) = LineOf(csv.ReadFields()!, day);
                wrong ??= references.Add(line!.Reference) ? null : "the reference is there already";
                if (wrong is not null)
                {
                    return (null, Problem.Invalid($"Line {number}: {wrong}."));
                }

                if (lines.Count == BankReconciliation.MaxLines)
                {
                    return (null, Problem.Invalid($"A statement may have at most {BankReconciliation.MaxLines} payments."));
                }

                lines.Add(line!);
            }
        }
        catch (MalformedLineException e)
        {
            return (null, Problem.Invalid($"Line {e.LineNumber}: the quotes do not match."));
        }

        return (lines, null);
    }

    private static (StatementLine? Line, string? Wrong) LineOf(string[] fields, DateOnly day)
    {
        if (fields is not [var reference, var account, var amount, var time])
        {
            return (null, $"there are {fields.Length} fields and not {Columns.Length}");
        }

        var currency = Currency.Parse(GlobusWebhook.DefaultCurrency);
        return reference.Length is < 1 or > BankCredit.MaxReferenceLength || !PlainText.IsValid(reference) ? (null, $"the reference must have 1 to {BankCredit.MaxReferenceLength} characters")
            : account.Length != BankCredit.AccountNumberLength || !account.All(char.IsAsciiDigit) ? (null, "the account must have ten digits")
            : Money.TryParse(amount, currency, out var money) is not null || money.MinorUnits is <= 0 or > Limits.MaxAmountMinor ? (null, "the amount must be a decimal number above zero, such as 100.50")
            : !UtcTime.TryParse(time, out var occurredAt) ? (null, "the time must be one with its offset, such as 2030-01-31T12:00:00Z")
            : DateOnly.FromDateTime(occurredAt.UtcDateTime) != day ? (null, $"the time is not of the day {day:yyyy-MM-dd} (UTC)")
            : (new StatementLine(reference, account, money.MinorUnits, currency.Code, occurredAt), null);
    }
}
