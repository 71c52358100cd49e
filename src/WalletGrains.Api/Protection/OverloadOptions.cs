using Microsoft.Extensions.Options;

namespace WalletGrains.Api.Protection;

/// <summary>How much a front door does at the same time; section <c>Overload</c> of the configuration.</summary>
public sealed class OverloadOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Overload";

    /// <summary>Requests that are worked on at the same time. At 20,000 a second 1,024 are 50 ms of work, ten times what a request takes.</summary>
    public int ConcurrentRequests { get; set; } = 1_024;

    /// <summary>
    /// Requests that wait for their turn, a second at most; beyond it they are refused at once. As many as are worked on, so 50 ms: whoever waits costs memory that the
    /// collector has to look through, and whoever is refused pauses.
    /// </summary>
    public int QueuedRequests { get; set; } = 1_024;

    /// <summary>Open connections; a further one is closed at once.</summary>
    public int Connections { get; set; } = 20_000;

    /// <summary>
    /// Open requests of push connections: the WebSocket, stream or poll that each of them waits with. More than <c>Push:MaxConnections</c>, so that whoever is one too
    /// many there is told so; a further request is refused. The server itself lets no more connections be upgraded.
    /// </summary>
    public int PushRequests { get; set; } = 12_000;

    /// <summary>Refuses to start with limits that are none.</summary>
    internal sealed class Validator : IValidateOptions<OverloadOptions>
    {
        public ValidateOptionsResult Validate(string? name, OverloadOptions options)
        {
            var failures = new List<string>();
            Check(options.ConcurrentRequests, 1, nameof(ConcurrentRequests));
            Check(options.QueuedRequests, 0, nameof(QueuedRequests));
            Check(options.Connections, 1, nameof(Connections));
            Check(options.PushRequests, 1, nameof(PushRequests));
            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

            void Check(int value, int min, string setting)
            {
                if (value < min || value > 1_000_000)
                {
                    failures.Add($"Overload:{setting} is {value}; it must be {min} to 1000000.");
                }
            }
        }
    }
}
