using Microsoft.Extensions.Options;

namespace WalletGrains.Api.Protection;

/// <summary>What clients are told about HTTPS; section <c>Https</c> of the configuration. Certificates are in the section Kestrel.</summary>
public sealed class HttpsSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Https";

    /// <summary>Sends requests that came by HTTP to HTTPS; health excepted. Off: a proxy does it, or there is no HTTPS.</summary>
    public bool Redirect { get; set; }

    /// <summary>The port to send them to. When not set: that of the host's own HTTPS address.</summary>
    public int? RedirectPort { get; set; }

    /// <summary>For how many days browsers are to use nothing but HTTPS here, once they have; 0 tells them nothing.</summary>
    public int HstsDays { get; set; } = 30;

    /// <summary>Refuses to start with what browsers would not understand.</summary>
    internal sealed class Validator : IValidateOptions<HttpsSettings>
    {
        private const int MaxDays = 3_650;

        public ValidateOptionsResult Validate(string? name, HttpsSettings options)
        {
            var failures = new List<string>();
            if (options.HstsDays is < 0 or > MaxDays)
            {
                failures.Add($"Https:HstsDays is {options.HstsDays}; it must be 0 to {MaxDays}.");
            }

            if (options.RedirectPort is < 1 or > ushort.MaxValue)
            {
                failures.Add($"Https:RedirectPort is {options.RedirectPort}; it must be 1 to {ushort.MaxValue}.");
            }

            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }
    }
}
