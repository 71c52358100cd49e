namespace WalletGrains.Simulators;

/// <summary>How the simulated counterparts are set up: the configuration section <c>Simulators</c>.</summary>
public sealed class SimulatorOptions
{
    public const string Section = "Simulators";

    /// <summary>Where to listen on 127.0.0.1; 0 takes any free port.</summary>
    public int Port { get; set; }

    /// <summary>Decides which calls the faults strike.</summary>
    public long Seed { get; set; } = 1;

    /// <summary>What the bank gives tokens for.</summary>
    public string GlobusClientId { get; set; } = "walletgrains";

    /// <summary>The secret that belongs to <see cref="GlobusClientId"/>.</summary>
    public string GlobusSecretKey { get; set; } = "globus-simulator-secret";

    /// <summary>How long a token of the bank is good for.</summary>
    public int GlobusTokenSeconds { get; set; } = 300;

    /// <summary>The bank's three digits in its account numbers' check digit.</summary>
    public string GlobusBankCode { get; set; } = "103";

    /// <summary>Where the bank reports credits to; null until an admin sets it. Reports wait until then.</summary>
    public Uri? WebhookUrl { get; set; }

    /// <summary>What the bank signs its reports with.</summary>
    public string WebhookSecret { get; set; } = "globus-simulator-webhook-secret";

    /// <summary>What callers of the core banking system send in x-api-key.</summary>
    public string T24ApiKey { get; set; } = "t24-simulator-key";

    /// <summary>Where the core banking system answers balances.</summary>
    public string T24PathTemplate { get; set; } = "/holdings/accounts/{accountNumber}/balances";

    /// <summary>What callers of every biller send in x-api-key.</summary>
    public string BillerApiKey { get; set; } = "biller-simulator-key";

    /// <summary>End with this process, whatever it ends by; null to run until stopped.</summary>
    public int? UntilProcess { get; set; }

    /// <exception cref="ArgumentException">A setting is wrong; the message names it.</exception>
    internal void Check()
    {
        Require(Port is >= 0 and <= ushort.MaxValue, nameof(Port), $"is {Port}; it must be from 0 to {ushort.MaxValue}");
        Require(GlobusTokenSeconds is >= 1 and <= 86_400, nameof(GlobusTokenSeconds), $"is {GlobusTokenSeconds}; it must be from 1 to 86400");
        Require(GlobusBankCode is { Length: 3 } && GlobusBankCode.All(char.IsAsciiDigit), nameof(GlobusBankCode), $"is '{GlobusBankCode}'; it must have three digits");
        Require(WebhookUrl is null or { IsAbsoluteUri: true, Scheme: "http" or "https" }, nameof(WebhookUrl), $"is '{WebhookUrl}'; it must be an absolute http or https address");
        Require(
            T24PathTemplate.StartsWith('/') && T24PathTemplate.Contains("{accountNumber}", StringComparison.Ordinal),
            nameof(T24PathTemplate),
            $"is '{T24PathTemplate}'; it must begin with / and contain {{accountNumber}}");
        RequireText(GlobusClientId, nameof(GlobusClientId));
        RequireText(GlobusSecretKey, nameof(GlobusSecretKey));
        RequireText(WebhookSecret, nameof(WebhookSecret));
        RequireText(T24ApiKey, nameof(T24ApiKey));
        RequireText(BillerApiKey, nameof(BillerApiKey));
    }

    private static void RequireText(string text, string name) =>
        Require(text is { Length: > 0 and <= SimulatorLimits.MaxTextLength }, name, $"must have 1 to {SimulatorLimits.MaxTextLength} characters");

    private static void Require(bool holds, string name, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException($"{Section}:{name} {otherwise}.");
        }
    }
}
