using Microsoft.Extensions.Options;

namespace WalletGrains.Api.Push;

/// <summary>What the push hub may cost this process; section <c>Push</c> of the configuration.</summary>
public sealed class PushOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Push";

    /// <summary>Connections in all, 1 to 100,000. One costs some 80 KB while nothing waits for it.</summary>
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>Connections of one user, 1 to <see cref="MaxConnections"/>.</summary>
    public int MaxConnectionsPerUser { get; set; } = 20;

    /// <summary>How long a client may take for what was sent to it before it is dropped, 1 to 60 s.</summary>
    public int SlowClientSeconds { get; set; } = 10;

    /// <summary>
    /// How long updates wait after a client has connected, so that it can say by Resume what it has before newer ones reach it;
    /// 0 to 10,000 ms. It ends with the first Resume.
    /// </summary>
    public int ResumeWindowMilliseconds { get; set; } = 1_000;

    internal TimeSpan SlowClient => TimeSpan.FromSeconds(SlowClientSeconds);

    internal TimeSpan ResumeWindow => TimeSpan.FromMilliseconds(ResumeWindowMilliseconds);

    /// <summary>Refuses to start with limits that are none.</summary>
    internal sealed class Validator : IValidateOptions<PushOptions>
    {
        public ValidateOptionsResult Validate(string? name, PushOptions options)
        {
            var failures = new List<string>();
            Check(failures, nameof(MaxConnections), options.MaxConnections, 1, 100_000);
            Check(failures, nameof(MaxConnectionsPerUser), options.MaxConnectionsPerUser, 1, options.MaxConnections);
            Check(failures, nameof(SlowClientSeconds), options.SlowClientSeconds, 1, 60);
            Check(failures, nameof(ResumeWindowMilliseconds), options.ResumeWindowMilliseconds, 0, 10_000);
            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }

        private static void Check(List<string> failures, string setting, int value, int min, int max)
        {
            if (value < min || value > max)
            {
                failures.Add($"{Section}:{setting} is {value}; it must be {min} to {max}.");
            }
        }
    }
}
