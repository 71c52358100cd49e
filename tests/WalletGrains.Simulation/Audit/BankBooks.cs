using Orleans.InProcess.Simulation;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Journal.VirtualAccounts;

namespace WalletGrains.Simulation.Audit;

/// <summary>
/// Knows what the bank has reported, and what must have become of it: a reference is credited once, with the content that was stored first, and never before
/// it was stored; another content under it has no effect, and an alert. And of accounts: a wallet has one, and a number one wallet.
/// </summary>
internal sealed class BankBooks(SimulatedWorld world, Coverage coverage, JobBooks jobs, Func<Guid, WalletBook?> walletOf)
{
    private const string Crediting = "bank-credit";
    private const string Alert = "bank-credit-alert";

    private readonly HashSet<(Guid WalletId, string Number)> _offered = [];
    private readonly HashSet<Guid> _registered = [];
    private readonly Dictionary<string, VirtualAccountRow> _accounts = [];
    private readonly Dictionary<string, HashSet<(string Number, long Amount, string Currency)>> _reported = [];
    private readonly Dictionary<string, BankCreditRow> _stored = [];
    private readonly HashSet<string> _told = [];

    /// <summary>The request id of a payment's credit.</summary>
    public const string RequestPrefix = "v:globus/";

    /// <summary>The counter account of a credit.</summary>
    public const string CounterAccount = "external:globus";

    /// <summary>A new user's wallet is to have an account.</summary>
    public void NoteRegistered(Guid walletId) => _registered.Add(walletId);

    /// <summary>The bank has made an account for a wallet, whoever hears of it.</summary>
    public void NoteOffered(Guid walletId, string number) => _offered.Add((walletId, number));

    /// <summary>An account has been written.</summary>
    public void NoteAccount(VirtualAccountRow account)
    {
        Require(_offered.Contains((account.WalletId, account.AccountNumber)), () => $"Account {account.AccountNumber} of wallet {account.WalletId:N} is none of the bank's.");
        Require(_accounts.Values.All(known => known.WalletId != account.WalletId), () => $"Wallet {account.WalletId:N} has two accounts.");
        Require(_accounts.TryAdd(account.AccountNumber, account), () => $"Account {account.AccountNumber} has two wallets.");
        coverage.Note("virtual account made");
    }

    /// <summary>The bank begins to report a payment.</summary>
    public void NoteReported(BankCredit credit) => (_reported.TryGetValue(credit.Reference, out var contents) ? contents : _reported[credit.Reference] = []).Add(ContentOf(credit));

    /// <summary>A report has been stored as the first one of its reference.</summary>
    public void NoteStored(BankCreditRow row)
    {
        var content = (row.AccountNumber, row.AmountMinor, row.Currency);
        Require(_reported.TryGetValue(row.Reference, out var contents) && contents.Contains(content), () => $"Payment {row.Reference} is stored as {content}, which nobody reported.");
        Require(_stored.TryAdd(row.Reference, row), () => $"Payment {row.Reference} is stored twice.");
        Require(jobs.Knows(Crediting, row.Reference), () => $"Payment {row.Reference} is stored without a job.");
    }

    /// <summary>The bank was told that a report is stored.</summary>
    public void NoteReceipt(BankCredit credit, BankCreditReceipt receipt)
    {
        _told.Add(credit.Reference);
        var isStored = _stored.TryGetValue(credit.Reference, out var stored);
        var isSame = isStored && ContentOf(credit) == (stored!.AccountNumber, stored.AmountMinor, stored.Currency);
        Require(isStored, () => $"Payment {credit.Reference} is answered as {receipt} and not stored.");
        Require(isSame == receipt is not BankCreditReceipt.Contradicting, () => $"A report of {credit} is answered as {receipt}, and {stored} is stored.");
        Require(isSame || jobs.KnowsBeginning(Alert, $"{credit.Reference}/"), () => $"A report of {credit} contradicts {stored}, and nobody is alerted.");
        coverage.Note($"report {receipt}");
    }

    /// <summary>What a credit's request id stands for: nothing before the payment and the account are stored.</summary>
    public IEnumerable<Content> AskedOf(WalletBook wallet, string requestId) =>
        _stored.TryGetValue(requestId[RequestPrefix.Length..], out var stored)
            && _accounts.TryGetValue(stored.AccountNumber, out var account) && account.WalletId == wallet.WalletId
            ? [new Content(Kinds.BankCredit, stored.AmountMinor, stored.Currency, null, stored.Narration)]
            : [];

    /// <summary>The inbox remembers where a payment went.</summary>
    public void NoteCredited(string reference, BankCreditEntry credit) => Require(
        walletOf(credit.WalletId)?.Requests.GetValueOrDefault(RequestPrefix + reference)?.Entry?.EntryId == credit.EntryId,
        () => $"Payment {reference} is said to be credited by an entry that is not there.");

    /// <summary>Everything that was told and stored has come to its end.</summary>
    public void CheckAll()
    {
        foreach (var walletId in _registered)
        {
            Require(_accounts.Values.Any(account => account.WalletId == walletId), () => $"Wallet {walletId:N} has no account in the end.");
        }

        foreach (var reference in _told)
        {
            Require(_stored.ContainsKey(reference), () => $"Payment {reference} was told to be stored, and is lost.");
        }

        foreach (var (reference, stored) in _stored)
        {
            var wallet = _accounts.TryGetValue(stored.AccountNumber, out var account) ? walletOf(account.WalletId) : null;
            var isCredited = wallet?.Requests.GetValueOrDefault(RequestPrefix + reference)?.Entry is not null;
            Require(isCredited == (wallet?.Currency == stored.Currency), () => $"Payment {stored} is {(isCredited ? "" : "not ")}credited in the end.");
            Require(jobs.IsDead(Crediting, reference) != isCredited, () => $"The job of payment {reference} is not as the payment.");
            coverage.Note(isCredited ? "payment credited" : "payment left to an operator");
        }
    }

    private static (string, long, string) ContentOf(BankCredit credit) => (credit.AccountNumber, credit.Amount.MinorUnits, credit.Amount.Currency.Code);

    private void Require(bool holds, Func<string> violation)
    {
        if (!holds)
        {
            world.Fail(new AuditException(violation()));
        }
    }
}
