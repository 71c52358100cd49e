using WalletGrains.Grains.BalanceSync;

namespace WalletGrains.Simulation.Bugs;

/// <summary>Answers are not told apart: what was told of one account is stored as the balance of the one that is asked for next.</summary>
internal sealed class BalanceOfAnotherAccount : PlantedBug
{
    private CoreAnswer? _last;

    public override ICoreBanking TamperCore(ICoreBanking core) => new Tampered(core, async (account, cancellationToken) =>
    {
        var last = _last;
        _last = await core.AskAsync(account, cancellationToken);
        return last is CoreAnswer.Balance ? last : _last;
    });

    internal sealed class Tampered(ICoreBanking core, Func<string, CancellationToken, Task<CoreAnswer>> ask) : ICoreBanking
    {
        public bool IsConfigured => core.IsConfigured;

        public Task<CoreAnswer> AskAsync(string accountNumber, CancellationToken cancellationToken) => ask(accountNumber, cancellationToken);
    }
}

/// <summary>A balance is remembered for a while, so that the core banking system is not asked so often.</summary>
internal sealed class BalanceRemembered : PlantedBug
{
    private const int Times = 3;

    private readonly Dictionary<string, (CoreAnswer.Balance Told, int Left)> _remembered = [];

    public override ICoreBanking TamperCore(ICoreBanking core) => new BalanceOfAnotherAccount.Tampered(core, async (account, cancellationToken) =>
    {
        if (_remembered.GetValueOrDefault(account) is { Left: > 0 } known)
        {
            _remembered[account] = known with { Left = known.Left - 1 };
            return known.Told;
        }

        var answer = await core.AskAsync(account, cancellationToken);
        if (answer is CoreAnswer.Balance told)
        {
            _remembered[account] = (told, Times);
        }

        return answer;
    });
}
