using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orleans.InProcess.Simulation;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Grains.Counterparts;
using WalletGrains.Grains.Jobs;
using WalletGrains.Grains.VirtualAccounts;
using WalletGrains.Journal.Users;
using WalletGrains.Journal.VirtualAccounts;
using WalletGrains.Simulation.Audit;
using WalletGrains.Simulation.Workload;
using WalletGrains.Simulation.World;

namespace WalletGrains.Simulation.Counterparts;

/// <summary>
/// The bank. It makes accounts for new users, loses answers and offers numbers that others have; and it reports what is paid in: several times, in any
/// order, sometimes with another content, and until it is told that the report is stored.
/// </summary>
internal sealed class Bank(SimulatedWorld world, Auditor auditor, SimulatedDatabase database, Accounts accounts, Clients clients) : ICounterpart
{
    private const string Creation = "create-virtual-account";
    private const string Crediting = "bank-credit";
    private const string Alert = "bank-credit-alert";

    private const int NewUsers = 3;
    private const int Payments = 10;
    private const int MostReports = 5;

    private readonly Random _random = world.NewRandom("bank");
    private readonly Dictionary<string, OfferedAccount> _made = [];
    private double _badCalls;

    public IReadOnlyList<string> Kinds => [Creation, Crediting, Alert];

    public IReadOnlyList<string> FinalKinds => Kinds;

    private BankBooks Books => auditor.Bank;

    public void AddServices(IServiceCollection services, SimulatedSilo silo, DatabaseConnection connection) => services
        .AddSingleton<IVirtualAccountStore>(connection)
        .AddSingleton<IBankInbox>(connection)
        .AddSingleton<IUserDirectory>(connection)
        .AddSingleton(new GlobusOptions())
        .AddSingleton<IAccountBank>(new Interface(this, silo.Process))
        .AddSingleton<IJobHandler, VirtualAccountCreation>()
        .AddSingleton<IJobHandler, BankCrediting>()
        .AddSingleton<IJobHandler, BankCreditAlert>();

    /// <summary>A wallet that is closed now and then, a full one, the hot one, and one of another currency have accounts from the beginning.</summary>
    public void Open()
    {
        foreach (var walletId in new[] { accounts.Purse, accounts.Full, accounts.Hot, accounts.Foreign })
        {
            var offer = Make($"old {walletId:N}", walletId, taken: 0);
            database.Bank.InsertDurably(new VirtualAccountRow(
                offer.Number, walletId, offer.Name, offer.BankCode, offer.BankName, "old", GlobusOptions.Currency.Code, SimulatedWorld.Epoch));
        }
    }

    public void Begin()
    {
        _badCalls = _random.Next(2) * 0.4 * _random.NextDouble();
        for (var i = 0; i < NewUsers; i++)
        {
            world.After(FaultPlan.Duration * _random.NextDouble(), Register);
        }

        for (var i = 0; i < Payments; i++)
        {
            var reference = $"FT-{i}";
            world.After(FaultPlan.Duration * _random.NextDouble(), () => Pay(reference));
        }
    }

    /// <summary>An operator tries again what was given up, now that accounts can be made and are there.</summary>
    public void Heal()
    {
        _badCalls = 0;
        clients.Start(async session =>
        {
            foreach (var kind in new[] { Creation, Crediting })
            {
                // Those of payments after those of accounts, so that the accounts are there.
                await OverAsync(session, kind);
                foreach (var jobId in auditor.Jobs.DeadOf(kind))
                {
                    await Clients.UntilItWorksAsync(session, grains => grains.GetGrain<IJobListGrain>(0).RetryAsync(jobId));
                }

                await OverAsync(session, kind);
            }
        });
    }

    public void Check() => Books.CheckAll();

    /// <summary>A user is written with the job that makes the account of its wallet, which is not even open yet.</summary>
    private void Register()
    {
        var (userId, walletId) = (accounts.NewId(), accounts.NewId());
        auditor.Expect(walletId, GlobusOptions.Currency.Code);
        var user = new UserRow(userId, "", "", "", "Ada Obi", null, "customer", walletId, GlobusOptions.Currency.Code, SimulatedWorld.Epoch);
        Books.NoteRegistered(walletId);
        database.Process.Start(() =>
        {
            database.Users.Add(userId, user);
            return database.EnqueueAsync(VirtualAccountCreation.JobOf(user)!);
        });
    }

    /// <summary>Somebody pays in: to an account of a wallet, or to a number that nobody has.</summary>
    private void Pay(string reference)
    {
        var numbers = _made.Values.Select(offer => offer.Number).Order(StringComparer.Ordinal).ToList();
        var number = _random.Next(10) == 0 ? "9999999999" : numbers[_random.Next(numbers.Count)];
        var credit = new BankCredit(reference, number, new Money(_random.Next(1, 2_000), Accounts.Home), null, Words(), null, BankCreditSource.Webhook);
        var contradiction = _random.Next(2) == 0
            ? credit with { Amount = credit.Amount with { MinorUnits = credit.Amount.MinorUnits + 1 } }
            : credit with { AccountNumber = numbers[_random.Next(numbers.Count)] };
        for (var i = _random.Next(1, MostReports + 1); i > 0; i--)
        {
            Report(_random.Next(10) == 0 ? contradiction : credit with { Narration = Words() });
        }
    }

    private async Task OverAsync(SimulatedClient session, string kind)
    {
        while (!auditor.Jobs.AreOver(kind))
        {
            await Task.Delay(TimeSpan.FromSeconds(1), session.Process.Clock);
        }
    }

    private string? Words() => _random.Next(2) == 0 ? $"words {_random.Next(3)}" : null;

    private void Report(BankCredit credit) => clients.Start(async session =>
    {
        await Task.Delay(TimeSpan.FromSeconds(5) * _random.NextDouble(), session.Process.Clock);
        Books.NoteReported(credit);
        await Clients.UntilItWorksAsync(session, async grains =>
            Books.NoteReceipt(credit, await grains.GetGrain<IBankInboxGrain>(0).ReceiveAsync(credit)));
    });

    /// <summary>Two requests are offered the same number at first.</summary>
    private OfferedAccount Make(string reference, Guid walletId, int taken)
    {
        var key = $"{reference}/{taken}";
        if (!_made.TryGetValue(key, out var offer))
        {
            var number = taken == 0 ? _made.Count / 2 : 100 + _made.Count;
            _made[key] = offer = new OfferedAccount(number.ToString("D10", CultureInfo.InvariantCulture), "Ada Obi", "103", "Simulated Bank");
            Books.NoteOffered(walletId, offer.Number);
        }

        return offer;
    }

    /// <summary>The bank as a silo calls it.</summary>
    private sealed class Interface(Bank bank, SimulatedProcess silo) : IAccountBank
    {
        public string Provider => "bank";

        public int MaxOffers => 3;

        public async Task<OfferedAccount> OpenAsync(AccountApplication application, int taken, CancellationToken cancellationToken)
        {
            await Task.Delay(TimeSpan.FromSeconds(2) * bank._random.NextDouble(), silo.Clock, CancellationToken.None);
            if (bank._random.NextDouble() < bank._badCalls)
            {
                throw new CounterpartException("Simulated: it did not do it.") { IsDefinite = bank._random.Next(8) == 0 };
            }

            var offer = bank.Make(application.ClientReference, application.WalletId, taken);
            return bank._random.NextDouble() < bank._badCalls ? throw new CounterpartException("Simulated: its answer is lost.") : offer;
        }
    }
}
