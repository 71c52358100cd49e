using System.Globalization;
using System.Text;

namespace WalletGrains.Simulators.Globus;

/// <summary>A statement as the file that the bank's customers download: reference, account, amount, time.</summary>
internal static class StatementCsv
{
    public const string MediaType = "text/csv";

    public static string Write(BankStatement statement)
    {
        var text = new StringBuilder("reference,account,amount,time\r\n");
        foreach (var line in statement.Lines)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Quoted(line.Reference)},{line.AccountNumber},{line.Amount:0.00},{line.OccurredAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\r\n");
        }

        return text.ToString();
    }

    private static string Quoted(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
