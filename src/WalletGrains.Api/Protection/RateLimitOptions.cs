using Microsoft.Extensions.Options;

namespace WalletGrains.Api.Protection;

/// <summary>
/// How many requests a front door takes from whom; section <c>RateLimits</c> of the configuration. Twice as many may come at once. What is not
/// set has the defaults of Production, and in Development no limit that anybody would feel.
/// </summary>
public sealed class RateLimitOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "RateLimits";

    /// <summary>The largest limit; more than a front door can answer.</summary>
    public const int Max = 1_000_000;

    /// <summary><see cref="BillsPerMinute"/>, unless it is set.</summary>
    public const int DefaultBillsPerMinute = 30;

    /// <summary>Requests a second from one address, or one IPv6 network of 64 bits. 1,000: many customers share the address of their carrier.</summary>
    public int? PerAddress { get; set; }

    /// <summary>Sign-ins, refreshes and registrations a minute from one address: 120. Each costs tens of milliseconds of a core.</summary>
    public int? SignInsPerMinute { get; set; }

    /// <summary>
    /// Push connections a minute that one address may begin: 600. Each begins with a request that costs some KB for 15 s, whoever sends it; and after an
    /// outage the customers of one carrier come back together.
    /// </summary>
    public int? PushConnectsPerMinute { get; set; }

    /// <summary>Requests a second of one customer or operator: 50.</summary>
    public int? PerUser { get; set; }

    /// <summary>Requests a second of one service, all its keys together: 5,000.</summary>
    public int? PerService { get; set; }

    /// <summary>Requests a second about one wallet: 1,000.</summary>
    public int? PerWallet { get; set; }

    /// <summary>Bills a minute that one customer or operator may ask to have paid: <see cref="DefaultBillsPerMinute"/>. Each may have its biller asked whose reference it is, and what it says is shown:
    /// without a limit somebody with a little money collects the names of all of its customers.</summary>
    public int? BillsPerMinute { get; set; }

    /// <summary>
    /// Refused requests a second of nobody known that the audit keeps: 20, and half a minute of that at once. One address has a tenth of it. The others are
    /// summed up: a flood of them must neither fill the disk nor push out what changed something.
    /// </summary>
    public int? AuditedRefusals { get; set; }

    /// <summary>Fills in what is not set.</summary>
    internal void Complete(bool isDevelopment)
    {
        PerAddress ??= isDevelopment ? Max : 1_000;
        SignInsPerMinute ??= isDevelopment ? Max : 120;
        PushConnectsPerMinute ??= isDevelopment ? Max : 600;
        PerUser ??= isDevelopment ? Max : 50;
        PerService ??= isDevelopment ? Max : 5_000;
        PerWallet ??= isDevelopment ? Max : 1_000;
        BillsPerMinute ??= isDevelopment ? Max : DefaultBillsPerMinute;
        AuditedRefusals ??= isDevelopment ? Max : 20;
    }

    /// <summary>Refuses to start with limits that are none.</summary>
    internal sealed class Validator : IValidateOptions<RateLimitOptions>
    {
        public ValidateOptionsResult Validate(string? name, RateLimitOptions options)
        {
            var failures = new List<string>();
            Check(options.PerAddress, nameof(PerAddress));
            Check(options.SignInsPerMinute, nameof(SignInsPerMinute));
            Check(options.PushConnectsPerMinute, nameof(PushConnectsPerMinute));
            Check(options.PerUser, nameof(PerUser));
            Check(options.PerService, nameof(PerService));
            Check(options.PerWallet, nameof(PerWallet));
            Check(options.BillsPerMinute, nameof(BillsPerMinute));
            Check(options.AuditedRefusals, nameof(AuditedRefusals));
            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

            void Check(int? value, string setting)
            {
                if (value is < 1 or > Max)
                {
                    failures.Add($"RateLimits:{setting} is {value}; it must be 1 to {Max}.");
                }
            }
        }
    }
}
