namespace WalletGrains.Testing;

/// <summary>What to do about a test whose surroundings are not there: skip it on a laptop, fail it under <c>CI=true</c>.</summary>
public static class Prerequisite
{
    /// <summary>xunit.v3 reports a test that throws a message with this beginning as skipped, for the reason that follows it.</summary>
    private const string SkipMark = "$XunitDynamicSkip$";

    /// <summary>The exception to throw when something that a test cannot do without is missing.</summary>
    /// <param name="reason">What is missing and how to get it, in one sentence.</param>
    /// <param name="cause">The failure that told so, if one did.</param>
    public static Exception Missing(string reason, Exception? cause = null) =>
        IsCi ? new InvalidOperationException($"Missing under CI: {reason}", cause) : new PrerequisiteMissingException(SkipMark + reason, cause);

    /// <summary>Ends the test unless the prerequisite is there.</summary>
    public static void Require(bool isThere, string reason)
    {
        if (!isThere) throw Missing(reason);
    }

    private static bool IsCi => string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Makes xunit.v3 skip the test.</summary>
public sealed class PrerequisiteMissingException(string message, Exception? innerException = null) : Exception(message, innerException);
