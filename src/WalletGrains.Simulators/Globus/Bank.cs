using WalletGrains.Simulators.Calls;
using WalletGrains.Simulators.Faults;

namespace WalletGrains.Simulators.Globus;

/// <summary>The bank's books: virtual accounts and what was paid into them.</summary>
internal sealed class Bank(SimulatorOptions options, TimeProvider time)
{
    private const string Currency = "NGN";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, VirtualAccount> _byReference = new(StringComparer.Ordinal);
    private readonly Dictionary<string, VirtualAccount> _byNumber = new(StringComparer.Ordinal);
    private readonly List<VirtualAccount> _accounts = [];
    private readonly Dictionary<string, BankCredit> _creditsByReference = new(StringComparer.Ordinal);
    private readonly List<BankCredit> _credits = [];

    /// <summary>Opens an account, or answers the one that was opened under the reference before.</summary>
    public Reply Open(CreateAccountRequest request, Strikes strikes)
    {
        lock (_lock)
        {
            if (_byReference.TryGetValue(request.ClientReference, out var known))
            {
                return Reply.Ok(WrongAccounts.Told(known, strikes));
            }

            if (_accounts.Count >= SimulatorLimits.MaxRecords)
            {
                return Reply.Full;
            }

            var account = new VirtualAccount(
                FreeNumber(request.ClientReference),
                request.AccountName,
                options.GlobusBankCode,
                "Globus Bank",
                request.Currency ?? Currency,
                request.ClientReference,
                "ACTIVE",
                time.GetUtcNow());
            _byReference.Add(account.ClientReference, account);
            _byNumber.Add(account.AccountNumber, account);
            _accounts.Add(account);
            return Reply.Of(StatusCodes.Status201Created, WrongAccounts.Told(account, strikes));
        }
    }

    public VirtualAccount? FindByReference(string reference)
    {
        lock (_lock)
        {
            return _byReference.GetValueOrDefault(reference);
        }
    }

    public VirtualAccount? FindByNumber(string number)
    {
        lock (_lock)
        {
            return _byNumber.GetValueOrDefault(number);
        }
    }

    public BankCredit? FindCredit(string reference)
    {
        lock (_lock)
        {
            return _creditsByReference.GetValueOrDefault(reference);
        }
    }

    /// <summary>Books a credit. The number may be one that this bank does not know.</summary>
    /// <returns>Null, or why not.</returns>
    public Reply? PayIn(BankCredit credit)
    {
        lock (_lock)
        {
            if (_credits.Count >= SimulatorLimits.MaxRecords)
            {
                return Reply.Full;
            }

            if (!_creditsByReference.TryAdd(credit.Reference, credit))
            {
                return Reply.Refused(StatusCodes.Status409Conflict, "REFERENCE_REUSED", $"There is a credit {credit.Reference} already.");
            }

            _credits.Add(credit);
            return null;
        }
    }

    public BankStatement StatementOf(DateOnly date)
    {
        lock (_lock)
        {
            return new BankStatement(
                date,
                [.. _credits.Where(credit => DateOnly.FromDateTime(credit.OccurredAt.UtcDateTime) == date).OrderBy(credit => credit.OccurredAt)]);
        }
    }

    public Page<VirtualAccount> Accounts(int after, int limit)
    {
        lock (_lock)
        {
            return Page<VirtualAccount>.Of(_accounts, after, limit);
        }
    }

    public Page<BankCredit> Credits(int after, int limit)
    {
        lock (_lock)
        {
            return Page<BankCredit>.Of(_credits, after, limit);
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _byReference.Clear();
            _byNumber.Clear();
            _accounts.Clear();
            _creditsByReference.Clear();
            _credits.Clear();
        }
    }

    /// <summary>
    /// The number follows from the reference: a bank that was started anew, and has forgotten everything, gives the same reference
    /// the same number again.
    /// </summary>
    private string FreeNumber(string reference)
    {
        var serial = (int)(Draw.Number(seed: 0, purpose: 0, Routes.CreateAccount, reference, occurrence: 0) % Nuban.Serials);
        while (true)
        {
            var number = Nuban.Number(options.GlobusBankCode, serial);
            if (!_byNumber.ContainsKey(number))
            {
                return number;
            }

            serial = (serial + 1) % Nuban.Serials;
        }
    }
}
