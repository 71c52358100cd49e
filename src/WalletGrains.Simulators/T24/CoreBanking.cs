namespace WalletGrains.Simulators.T24;

/// <summary>The accounts of the core banking system.</summary>
internal sealed class CoreBanking
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);
    private readonly List<CoreAccount> _accounts = [];

    /// <summary>Opens the accounts, or puts them as given in place of those of the same number.</summary>
    /// <returns>False when there would be too many.</returns>
    public bool TrySet(IReadOnlyList<CoreAccount> accounts)
    {
        lock (_lock)
        {
            if (_accounts.Count + accounts.Count(account => !_positions.ContainsKey(account.AccountNumber)) > SimulatorLimits.MaxRecords)
            {
                return false;
            }

            foreach (var account in accounts)
            {
                if (_positions.TryGetValue(account.AccountNumber, out var position))
                {
                    _accounts[position] = account;
                }
                else
                {
                    _positions.Add(account.AccountNumber, _accounts.Count);
                    _accounts.Add(account);
                }
            }

            return true;
        }
    }

    /// <summary>Null: there is no such account.</summary>
    public CoreAccount? Find(string accountNumber)
    {
        lock (_lock)
        {
            return _positions.TryGetValue(accountNumber, out var position) ? _accounts[position] : null;
        }
    }

    /// <summary>Books an amount, which may be below zero.</summary>
    /// <returns>The account after it; null when there is none.</returns>
    public CoreAccount? Book(string accountNumber, decimal amount)
    {
        lock (_lock)
        {
            if (!_positions.TryGetValue(accountNumber, out var position))
            {
                return null;
            }

            var account = _accounts[position];
            return _accounts[position] = account with
            {
                WorkingBalance = account.WorkingBalance + amount,
                ClearedBalance = account.ClearedBalance + amount,
            };
        }
    }

    public Page<CoreAccount> Accounts(int after, int limit)
    {
        lock (_lock)
        {
            return Page<CoreAccount>.Of(_accounts, after, limit);
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _positions.Clear();
            _accounts.Clear();
        }
    }
}
