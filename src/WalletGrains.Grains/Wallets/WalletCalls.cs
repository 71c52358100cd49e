using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Grains.Wallets;

/// <summary>How coordinators call wallets.</summary>
internal static class WalletCalls
{
    /// <summary>One step; a call that gets no answer is a step whose outcome is unknown.</summary>
    public static async Task<WalletOutcome> ExecuteStepAsync(this IGrainFactory grains, Guid walletId, WalletCommand command)
    {
        try
        {
            return await grains.GetGrain<IWalletGrain>(walletId).ExecuteAsync(command);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            return new WalletOutcome.NotDecided(NotDecidedReason.OutcomeUnknown);
        }
    }

    /// <summary>Whether a step that no wallet may refuse any more is done; when not, it has to be repeated.</summary>
    /// <exception cref="InvalidOperationException">The wallet refused it: an invariant is broken.</exception>
    public static bool IsDone(this WalletOutcome step) => step switch
    {
        WalletOutcome.Accepted => true,
        WalletOutcome.NotDecided { Reason: NotDecidedReason.Overloaded or NotDecidedReason.Unavailable or NotDecidedReason.OutcomeUnknown } => false,
        _ => throw new InvalidOperationException($"A step that has to be taken came back as {step}; an invariant is broken."),
    };
}
