namespace WalletGrains.Grains.BalanceSync;

/// <summary>The core banking system, as far as balances go.</summary>
public interface ICoreBanking
{
    /// <summary>There is one to be asked.</summary>
    bool IsConfigured { get; }

    /// <summary>Asks for the balance of an account, once. It throws when it is cancelled and not otherwise.</summary>
    Task<CoreAnswer> AskAsync(string accountNumber, CancellationToken cancellationToken);
}

/// <summary>What the core banking system says of an account.</summary>
public abstract record CoreAnswer
{
    private CoreAnswer()
    {
    }

    /// <summary>It has money.</summary>
    /// <param name="Available">What can be spent of it, with all decimals; it may be below zero.</param>
    /// <param name="Currency">ISO 4217 code.</param>
    public sealed record Balance(decimal Available, string Currency) : CoreAnswer;

    /// <summary>It is closed, or there is no such account.</summary>
    /// <param name="Reason">Which of the two, for operators.</param>
    public sealed record Gone(string Reason) : CoreAnswer;

    /// <summary>It did not say. Asking again may help.</summary>
    /// <param name="Reason">Why, for operators.</param>
    public sealed record Failed(string Reason) : CoreAnswer;

    /// <summary>It is not to be asked for a while, whatever about.</summary>
    /// <param name="Wait">How long.</param>
    /// <param name="Reason">Why, for operators.</param>
    public sealed record NotNow(TimeSpan Wait, string Reason) : CoreAnswer;
}
