using Microsoft.Extensions.Configuration;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Bills;

/// <summary>How long the payments of bills wait for what: the section Bills.</summary>
public sealed record BillOptions
{
    /// <summary>The section.</summary>
    public const string Section = "Bills";

    /// <summary>How long after the failure of a payment its money is given back for the first time.</summary>
    public TimeSpan ReversalDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long after an answer that left a payment open its biller is asked for the first time.</summary>
    public TimeSpan StatusDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For how long a biller is called that certainly was not reached; then the payment has failed.</summary>
    public TimeSpan UnreachedPatience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>For how long a biller is asked how a payment stands; then an operator has to find out.</summary>
    public TimeSpan UnknownPatience { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How many payments of one biller are called for at the same time, and about how many it is asked: so a slow one leaves room for the others.</summary>
    public int CallsPerBiller { get; init; } = 8;

    /// <summary>Reads the section.</summary>
    /// <exception cref="ArgumentException">A setting is wrong; the message names it.</exception>
    public static BillOptions Read(IConfiguration? configuration)
    {
        BillOptions options;
        try
        {
            options = configuration?.GetSection(Section).Get<BillOptions>(static binder => binder.ErrorOnUnknownConfiguration = true) ?? new BillOptions();
        }
        catch (InvalidOperationException wrong)
        {
            throw new ArgumentException($"{Section} cannot be read: {wrong.Message}", wrong);
        }

        Require(nameof(ReversalDelay), options.ReversalDelay, TimeSpan.FromMinutes(5));
        Require(nameof(StatusDelay), options.StatusDelay, TimeSpan.FromMinutes(5));

        // Jobs that call billers are tried for an hour and a half, and must not be given up first.
        Require(nameof(UnreachedPatience), options.UnreachedPatience, TimeSpan.FromHours(1));
        Require(nameof(UnknownPatience), options.UnknownPatience, TimeSpan.FromDays(31));
        return options.CallsPerBiller is >= 1 and <= JournalLimits.MaxPage
            ? options
            : throw new ArgumentException($"{Section}:{nameof(CallsPerBiller)} is {options.CallsPerBiller}; it must be between 1 and {JournalLimits.MaxPage}.");
    }

    private static void Require(string name, TimeSpan value, TimeSpan most)
    {
        if (value < TimeSpan.Zero || value > most)
        {
            throw new ArgumentException($"{Section}:{name} is {value}; it must be between 0 and {most}.");
        }
    }
}
