using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
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
            limit.MaxRequestBodySize = ApiLimits.MaxStatementBytes + ApiLimits.MaxDrainedBytes;
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

        using var body = new MemoryStream();
        var piece = new byte[ApiLimits.MaxBodyBytes];
        while (await request.Body.ReadAsync(piece) is > 0 and var read)
        {
            if (body.Length + read > ApiLimits.MaxStatementBytes)
            {
                return (null, TooLarge);
            }

            body.Write(piece.AsSpan(0, read));
        }

        var bytes = body.GetBuffer().AsSpan(0, (int)body.Length);
        return Utf8.IsValid(bytes) ? Parse(Encoding.UTF8.GetString(bytes), day) : (null, Problem.Invalid("The body is not valid UTF-8."));
    }

    /// <summary>Reads a statement's text, line by line: no field of it can have a line break.</summary>
    internal static (IReadOnlyList<StatementLine>? Lines, Problem? Problem) Parse(string text, DateOnly day)
    {
        var lines = new List<StatementLine>();
        var references = new HashSet<string>(StringComparer.Ordinal);
        var (number, hasHeader) = (0, false);
        var rows = text.AsSpan().TrimStart('\uFEFF');
        foreach (var range in rows.Split('\n'))
        {
            number++;
            var row = rows[range].TrimEnd('\r');
            if (row.IsEmpty)
            {
                continue;
            }

            var fields = FieldsOf(row);
            if (!hasHeader)
            {
                if (fields is null || !fields.SequenceEqual(Columns))
                {
                    break;
                }

                hasHeader = true;
                continue;
            }

            if (fields is null)
            {
                return (null, Problem.Invalid($"Line {number}: the quotes do not match."));
            }

            var (line, wrong) = LineOf(fields, day);
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

        return hasHeader ? (lines, null) : (null, Problem.Invalid($"The first line must be {string.Join(',', Columns)}."));
    }

    /// <summary>The fields of a line, as RFC 4180 writes them; null when a quote is not closed, or something follows one that is.</summary>
    private static List<string>? FieldsOf(ReadOnlySpan<char> row)
    {
        var fields = new List<string>(Columns.Length);
        for (var at = 0; ; at++)
        {
            var length = 0;
            if (row[at..] is ['"', ..])
            {
                length = QuotedLength(row[at..]);
                if (length == 0 || (at + length < row.Length && row[at + length] != ','))
                {
                    return null;
                }

                fields.Add(row[(at + 1)..(at + length - 1)].ToString().Replace("\"\"", "\"", StringComparison.Ordinal));
            }
            else
            {
                length = row[at..].IndexOf(',') is >= 0 and var comma ? comma : row.Length - at;
                fields.Add(row.Slice(at, length).ToString());
            }

            at += length;
            if (at == row.Length)
            {
                return fields;
            }
        }
    }

    /// <summary>How long the field is that a text begins with, its quotes included; zero when it does not end.</summary>
    private static int QuotedLength(ReadOnlySpan<char> text)
    {
        for (var at = 1; text[at..].IndexOf('"') is >= 0 and var quote; at += quote + 2)
        {
            var end = at + quote + 1;
            if (end == text.Length || text[end] != '"')
            {
                return end;
            }
        }

        return 0;
    }

    private static (StatementLine? Line, string? Wrong) LineOf(List<string> fields, DateOnly day)
    {
        if (fields is not [var reference, var account, var amount, var time])
        {
            return (null, $"there are {fields.Count} fields and not {Columns.Length}");
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
