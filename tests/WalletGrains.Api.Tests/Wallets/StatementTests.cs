using System.Globalization;
using System.Text;
using System.Text.Json;
using WalletGrains.Api.Wallets;
using Xunit;

namespace WalletGrains.Api.Tests.Wallets;

/// <summary>Statements as CSV, read back with a reader that knows nothing of their writer.</summary>
[Collection(ApiTests.Name)]
public sealed class StatementTests(ApiFixture api)
{
    private static readonly (string, string) Csv = ("Accept", "text/csv");
    private static readonly string[] Columns = ["createdAt", "version", "id", "type", "amount", "change", "balance", "currency", "description"];

    [Fact]
    public async Task A_statement_tells_the_whole_history_oldest_first_between_two_balances()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync();
        for (var i = 1; i <= 205; i++)
        {
            await caller.PostAsync($"/wallet/{walletId}/{(i % 3 == 0 ? "withdraw" : "deposit")}", $$"""{"amount":{{i}}.25,"description":"no. {{i}}"}""");
        }

        var reply = await caller.GetAsync($"/wallet/{walletId}/history", Csv);
        Assert.Equal(200, reply.Status);
        Assert.Equal("text/csv; charset=utf-8; header=present", reply.Header("Content-Type"));
        Assert.Equal($"attachment; filename=\"statement-{walletId}.csv\"", reply.Header("Content-Disposition"));
        Assert.Equal("Accept", reply.Header("Vary"));
        var rows = Parse(reply.Text);
        Assert.Equal(Columns, rows[0]);
        Assert.All(rows, row => Assert.Equal(Columns.Length, row.Length));
        Assert.Equal(("OPENING_BALANCE", "0"), (rows[1][3], rows[1][6]));

        var items = await HistoryAsync(caller, walletId);
        Assert.Equal(items.Count, rows.Count - 3);
        foreach (var (item, row) in items.Zip(rows.Skip(2)))
        {
            Assert.Equal(item.GetProperty("createdAt").GetString(), row[0]);
            Assert.Equal(item.GetProperty("id").GetString(), row[2]);
            Assert.Equal(item.GetProperty("type").GetString(), row[3]);
            Assert.Equal(item.GetProperty("amount").GetRawText(), row[4]);
            Assert.Equal(item.GetProperty("balanceAfter").GetDecimal() - item.GetProperty("balanceBefore").GetDecimal(), Number(row[5]));
            Assert.Equal(item.GetProperty("balanceAfter").GetRawText(), row[6]);
            Assert.Equal("NGN", row[7]);
            Assert.Equal(item.GetProperty("description").GetString(), row[8]);
        }

        Assert.Equal("CLOSING_BALANCE", rows[^1][3]);
        Assert.Equal((await caller.ReadWalletAsync(walletId)).Balance, Number(rows[^1][6]));
    }

    [Fact]
    public async Task A_stretch_of_a_statement_goes_from_balance_to_balance()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync();
        foreach (var amount in new[] { 10, 20, 30, 40 })
        {
            await caller.PostAsync($"/wallet/{walletId}/deposit", $$"""{"amount":{{amount}}}""");
        }

        var items = await HistoryAsync(caller, walletId);
        var times = items.Select(item => item.GetProperty("createdAt").GetString()!).ToArray();
        foreach (var from in times)
        {
            foreach (var to in times.Where(to => string.CompareOrdinal(to, from) >= 0))
            {
                var rows = Parse((await caller.GetAsync($"/wallet/{walletId}/history?from={from}&to={to}", Csv)).Text);
                var expected = items.Where(item => Later(item, from) && !Later(item, to)).ToArray();
                Assert.Equal(expected.Select(item => item.GetProperty("id").GetString()), rows.Skip(2).SkipLast(1).Select(row => row[2]));
                Assert.Equal((from, to), (rows[1][0], rows[^1][0]));
                Assert.Equal(Number(rows[^1][6]), Number(rows[1][6]) + expected.Sum(item => item.GetProperty("amount").GetDecimal()));
            }
        }

        static bool Later(JsonElement item, string time) => string.CompareOrdinal(item.GetProperty("createdAt").GetString(), time) >= 0;
    }

    [Fact]
    public async Task A_statement_of_one_type_has_those_transactions_between_the_same_balances()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(100);
        foreach (var amount in new[] { 1, 2, 3 })
        {
            await caller.PostAsync($"/wallet/{walletId}/deposit", $$"""{"amount":{{amount}}0}""");
            await caller.PostAsync($"/wallet/{walletId}/withdraw", $$"""{"amount":{{amount}}}""");
        }

        var rows = Parse((await caller.GetAsync($"/wallet/{walletId}/history?type=WITHDRAW", Csv)).Text);
        Assert.Equal(["OPENING_BALANCE", "WITHDRAW", "WITHDRAW", "WITHDRAW", "CLOSING_BALANCE"], rows.Skip(1).Select(row => row[3]));
        Assert.Equal(["0", "109", "127", "154", "154"], rows.Skip(1).Select(row => row[6]));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("comma, quote \" and 'apostrophe'")]
    [InlineData("\"quoted\"")]
    [InlineData("é 你 😀 <b>&amp;</b>")]
    public async Task Words_are_read_back_as_they_were_given(string words)
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync();
        await caller.PostAsync($"/wallet/{walletId}/deposit", JsonSerializer.Serialize(new { amount = 1, description = words }));
        Assert.Equal(words, Parse((await caller.GetAsync($"/wallet/{walletId}/history", Csv)).Text)[2][8]);
    }

    [Theory]
    [InlineData("=1+1")]
    [InlineData("+1")]
    [InlineData("-1,\"x\"")]
    [InlineData("@SUM(A1)")]
    [InlineData("＝1+1")]
    [InlineData("＋1")]
    [InlineData("－1")]
    [InlineData("＠SUM(A1)")]
    [InlineData("\tx")]
    [InlineData("\r=1")]
    public void No_description_is_a_formula(string words) =>
        Assert.Equal("'" + words, Parse(StatementCsv.Cell(words) + "\r\n")[0][0]);

    [Theory]
    [InlineData("text/csv", true)]
    [InlineData("TEXT/CSV; charset=utf-8", true)]
    [InlineData("text/*", true)]
    [InlineData("application/json;q=0.5, text/csv", true)]
    [InlineData("text/csv;q=0.5, */*;q=0.1", true)]
    [InlineData("application/json", false)]
    [InlineData("*/*", false)]
    [InlineData("text/csv, application/json", false)]
    [InlineData("text/csv;q=0", false)]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false)]
    [InlineData("image/png", false)]
    [InlineData("text/csv;;;q=x", false)]
    [InlineData("", false)]
    public async Task Only_who_prefers_csv_gets_it(string accept, bool isCsv)
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(1);
        var reply = await caller.GetAsync($"/wallet/{walletId}/history", ("Accept", accept));
        Assert.Equal(200, reply.Status);
        Assert.Equal(isCsv ? "text/csv" : "application/json", reply.ContentHeaders.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_statement_is_for_the_owner_and_takes_no_page()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(1);
        (await api.Customer().GetAsync($"/wallet/{walletId}/history", Csv)).AssertProblem(404, "NOT_FOUND");
        (await caller.GetAsync($"/wallet/{Guid.CreateVersion7()}/history", Csv)).AssertProblem(404, "NOT_FOUND");
        foreach (var query in new[] { "limit=5", "type=LIMITS", "cursor=x", "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from=x" })
        {
            (await caller.GetAsync($"/wallet/{walletId}/history?{query}", Csv)).AssertProblem(400, "VALIDATION");
        }
    }

    private static async Task<List<JsonElement>> HistoryAsync(ApiCaller caller, Guid walletId)
    {
        var items = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = (await caller.GetAsync($"/wallet/{walletId}/history?limit=200{(cursor is null ? "" : "&cursor=" + cursor)}")).Json;
            items.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        items.Reverse();
        return items;
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>A reader of RFC 4180, strict: every row ends with CR LF, and quotes stand where they may.</summary>
    private static List<string[]> Parse(string text)
    {
        var rows = new List<string[]>();
        var row = new List<string>();
        var cell = new StringBuilder();
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == '"')
            {
                for (i++; !(text[i] == '"' && text[i + 1] != '"'); i++)
                {
                    cell.Append(text[i]);
                    i += text[i] == '"' ? 1 : 0;
                }

                i++;
            }

            while (text[i] is not (',' or '\r'))
            {
                Assert.NotEqual('"', text[i]);
                cell.Append(text[i++]);
            }

            row.Add(cell.ToString());
            cell.Clear();
            if (text[i++] == '\r')
            {
                Assert.Equal('\n', text[i++]);
                rows.Add([.. row]);
                row.Clear();
            }
        }

        Assert.Empty(row);
        return rows;
    }
}
