using WalletGrains.Host.Startup;

namespace WalletGrains.Host.Audit;

/// <summary>How the audit of requests is kept: the configuration section <c>Audit</c>.</summary>
public sealed class AuditOptions
{
    public const string Section = "Audit";

    private const int MaxRetentionDays = 36_500;

    /// <summary>Days that requests are kept for, today not counted.</summary>
    public int RetentionDays { get; set; } = 365;

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="StartupException">A setting is wrong; the message names it.</exception>
    public static AuditOptions Read(IConfiguration configuration)
    {
        AuditOptions options;
        try
        {
            options = configuration.GetSection(Section).Get<AuditOptions>() ?? new AuditOptions();
        }
        catch (InvalidOperationException wrongType)
        {
            throw new StartupException(wrongType.Message, wrongType);
        }

        return options.RetentionDays is >= 1 and <= MaxRetentionDays
            ? options
            : throw new StartupException($"{Section}:RetentionDays is {options.RetentionDays}; it must be between 1 and {MaxRetentionDays}.");
    }
}
