using System.Globalization;

namespace WalletGrains.Grains.Counterparts;

/// <summary>Reads what is configured of every third party. What is wrong is an <see cref="ArgumentException"/> that names the setting and no secret.</summary>
internal static class CounterpartSettings
{
    /// <summary>An address that paths can be added to: it ends with a slash.</summary>
    public static Uri Url(string setting, string text)
    {
        // One with a user in it would put a password into messages.
        var isUrl = Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", Query: "", Fragment: "", UserInfo: "" };
        Require(isUrl, setting, "must be an http or https address without a user and a query");
        return url!.AbsolutePath.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/");
    }

    /// <summary>What can be sent in a header.</summary>
    public static string Key(string setting, string text)
    {
        Require(text.All(static c => c is >= '!' and <= '~'), setting, "must be of printable ASCII characters without spaces");
        return text;
    }

    /// <summary>A whole number within bounds.</summary>
    public static int Number(string setting, string text, int least, int most)
    {
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most;
        Require(isNumber, setting, $"is '{text}'; it must be a whole number from {least} to {most}");
        return number;
    }

    public static void Require(bool holds, string setting, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException($"{setting} {otherwise}.");
        }
    }
}
