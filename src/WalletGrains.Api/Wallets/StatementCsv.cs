using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using WalletGrains.Api.Http;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Wallets;

/// <summary>
/// A wallet's statement as CSV (RFC 4180): a header row, the opening balance, every transaction oldest first, the closing
/// balance. Written page by page, so that its length costs no memory.
/// </summary>
internal static class StatementCsv
{
    /// <summary>What a request asks for to get it.</summary>
    public const string MediaType = "text/csv";

    /// <summary>For callers.</summary>
    public const string Description =
        "With Accept: text/csv the whole stretch between from and to as a statement, oldest first, with its opening and closing balance; "
        + "at most 100000 entries. With type only those transactions, between the same balances. It takes no limit or cursor. A description that a spreadsheet would run as a formula begins with an apostrophe there.";

    private const string Header = "createdAt,version,id,type,amount,change,balance,currency,description\r\n";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Writes it, headers included.</summary>
    public static async Task WriteAsync(HttpContext context, IWalletQueryGrain queries, Statement statement, EntryType? type, DateTimeOffset? from, DateTimeOffset? to)
    {
        // Before anything is sent: a store that is away is then still a problem body and not half a statement.
        var page = await queries.ReadStatementAsync(statement, type, afterVersion: null);
        var response = context.Response;
        response.ContentType = $"{MediaType}; charset=utf-8; header=present";
        response.Headers.ContentDisposition = $"attachment; filename=\"statement-{statement.Closing.WalletId}.csv\"";

        var text = new StringBuilder(Header);
        AppendBalance(text, "OPENING_BALANCE", from ?? statement.Opening.CreatedAt, statement.Opening);
        while (true)
        {
            foreach (var entry in page.Items)
            {
                Append(text, entry);
            }

            if (page is not { HasMore: true, Items: [.., var last] })
            {
                break;
            }

            await SendAsync(context, text);
            page = await queries.ReadStatementAsync(statement, type, last.Version);
        }

        AppendBalance(text, "CLOSING_BALANCE", to ?? statement.Closing.UpdatedAt, statement.Closing);
        await SendAsync(context, text);
    }

    /// <summary>A cell with text: quoted where it has to be, and never a formula of a spreadsheet.</summary>
    internal static string Cell(string text)
    {
        // Spreadsheets take the full-width signs of East Asian keyboards for the plain ones.
        var harmless = text is ['=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠' or '\t' or '\r', ..] ? "'" + text : text;
        return harmless.AsSpan().IndexOfAny(",\"\r\n") < 0 ? harmless : $"\"{harmless.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static void Append(StringBuilder text, Entry entry)
    {
        var currency = entry.Amount.Currency;
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Time(entry.CreatedAt)},{entry.Version},{entry.EntryId},{EntryTypes.NameOf(entry.Type)},{entry.Amount.ToMajor()},");
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Amounts.ToMajor(entry.BalanceAfterMinor - entry.BalanceBeforeMinor, currency)},{Amounts.ToMajor(entry.BalanceAfterMinor, currency)},{currency},");
        text.Append(Cell(entry.Description ?? "")).Append("\r\n");
    }

    private static void AppendBalance(StringBuilder text, string type, DateTimeOffset at, PastWallet wallet) => text.Append(
        CultureInfo.InvariantCulture,
        $"{Time(at)},{wallet.Version},,{type},,,{Amounts.ToMajor(wallet.BalanceMinor, wallet.Currency)},{wallet.Currency},\r\n");

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static async Task SendAsync(HttpContext context, StringBuilder text)
    {
        await context.Response.WriteAsync(text.ToString(), Encoding.UTF8, context.RequestAborted);
        text.Clear();
    }
}
