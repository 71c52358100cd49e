using System.Text;

namespace WalletGrains.Grains.Jobs;

/// <summary>Makes texts of errors fit for the store, whoever wrote them.</summary>
internal static class ErrorText
{
    /// <summary>The text without what PostgreSQL does not store, cut to its limit.</summary>
    public static string Of(string error)
    {
        var cut = error.Length <= JobLimits.MaxErrorLength ? error : error[..JobLimits.MaxErrorLength];

        // Half a pair, also one that the cut made, becomes a replacement character.
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(cut)).Replace('\0', '\uFFFD');
    }
}
