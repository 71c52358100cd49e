using Microsoft.Extensions.Options;

namespace WalletGrains.Api.Auth;

/// <summary>How long sessions last; section <c>Sessions</c> of the configuration.</summary>
public sealed class SessionTimes
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Sessions";

    /// <summary>A session may last no longer than this many days.</summary>
    public const int MaxDays = 366;

    /// <summary>Days after which a session ends in which nobody refreshed it.</summary>
    public int IdleDays { get; set; } = 7;

    /// <summary>Days after which a session ends in any case: 30 (NIST SP 800-63B, 4.1.3).</summary>
    public int LifetimeDays { get; set; } = 30;

    /// <summary>Refuses to start with times that contradict each other.</summary>
    internal sealed class Validator : IValidateOptions<SessionTimes>
    {
        public ValidateOptionsResult Validate(string? name, SessionTimes options)
        {
            var failures = new List<string>();
            if (options.LifetimeDays is < 1 or > MaxDays)
            {
                failures.Add($"Sessions:LifetimeDays is {options.LifetimeDays}; it must be 1 to {MaxDays}.");
            }

            if (options.IdleDays < 1 || options.IdleDays > options.LifetimeDays)
            {
                failures.Add($"Sessions:IdleDays is {options.IdleDays}; it must be 1 to Sessions:LifetimeDays, which is {options.LifetimeDays}.");
            }

            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }
    }
}
