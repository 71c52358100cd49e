using System.Text;

namespace WalletGrains.Api.Audit;

/// <summary>What is kept of a URL: path and query as they were sent, without the values of secret parameters.</summary>
internal static class AuditedUrl
{
    /// <summary>The request target, at most <see cref="ApiLimits.MaxAuditedUrl"/> characters.</summary>
    public static string Of(string target)
    {
        var url = target.Contains('?', StringComparison.Ordinal) ? Mask(target) : target;
        return url.Length <= ApiLimits.MaxAuditedUrl ? url : url[..ApiLimits.MaxAuditedUrl];
    }

    private static string Mask(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal) + 1;
        var isHub = target.StartsWith("/hubs/", StringComparison.OrdinalIgnoreCase);
        var masked = new StringBuilder(target, 0, query, target.Length);
        foreach (var part in target[query..].Split('&'))
        {
            var name = part.Split('=', 2)[0];
            _ = masked.Length > query ? masked.Append('&') : masked;
            var plain = Uri.UnescapeDataString(name);

            // A hub's id is the connection: whoever has it may send in it.
            var isSecret = SecretNames.Contains(plain) || (isHub && plain.Equals("id", StringComparison.OrdinalIgnoreCase));
            _ = isSecret ? masked.Append(name).Append('=').Append(SecretNames.Mask) : masked.Append(part);
        }

        return masked.ToString();
    }
}
