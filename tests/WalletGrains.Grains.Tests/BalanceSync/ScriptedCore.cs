using WalletGrains.Grains.BalanceSync;

namespace WalletGrains.Grains.Tests.BalanceSync;

/// <summary>A core banking system whose answers a test writes.</summary>
public sealed class ScriptedCore : ICoreBanking
{
    public bool IsConfigured { get; set; } = true;

    /// <summary>What it answers about an account.</summary>
    public Func<string, Task<CoreAnswer>> Answer { get; set; } = _ => Task.FromResult<CoreAnswer>(new CoreAnswer.Balance(1m, "MWK"));

    public Task<CoreAnswer> AskAsync(string accountNumber, CancellationToken cancellationToken) => Answer(accountNumber);
}
