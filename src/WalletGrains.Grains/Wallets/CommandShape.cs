using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Grains.Wallets;

/// <summary>What a wallet asks of its callers' commands, checked before anything is decided.</summary>
internal static class CommandShape
{
    /// <summary>Throws <see cref="ArgumentException"/> when a command cannot be stored or means nothing.</summary>
    public static void Check(WalletCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        CheckDescription(command.Description, nameof(command));
        if (command is ExpireHold)
        {
            // Only the wallet knows its time. Asked for too early, it would be refused, and its request id be used up.
            throw new ArgumentException($"Holds expire by {nameof(IWalletGrain.ExpireHoldsAsync)}.", nameof(command));
        }

        if (command is PlaceHold { ExpiresAfter: { } duration }
            && (duration <= TimeSpan.Zero || duration > Limits.MaxHoldDuration || duration.Ticks % TimeSpan.TicksPerSecond != 0))
        {
            throw new ArgumentException($"A hold lasts whole seconds, at most {Limits.MaxHoldDuration}.", nameof(command));
        }

        if (command is SetLimits { Limits: var limits }
            && (limits.PerTransactionMinor is <= 0 or > Limits.MaxAmountMinor
                || limits.PerDayMinor is <= 0 or > Limits.MaxAmountMinor
                || limits.CountPerMinute is <= 0 or > Limits.MaxCountPerMinute))
        {
            throw new ArgumentException("A limit is above zero and no larger than the largest amount.", nameof(command));
        }
    }

    /// <summary>Throws <see cref="ArgumentException"/> when words for the history cannot be stored.</summary>
    public static void CheckDescription(string? description, string parameterName)
    {
        if (description is not null && (description.Length > Limits.MaxDescriptionLength || !PlainText.IsValid(description)))
        {
            throw new ArgumentException($"A description has at most {Limits.MaxDescriptionLength} characters and no control characters.", parameterName);
        }
    }
}
