using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Bills;
using WalletGrains.Grains.Bills;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.Bills;

/// <summary>One biller whose answers a test writes, and which keeps a book of what it has taken.</summary>
public sealed class ScriptedBillers : IBillers, IBiller
{
    public const string Code = "water";

    private static readonly Currency Usd = Currency.Parse("USD");

    private readonly ConcurrentDictionary<string, ConcurrentQueue<Func<BillOrder, BillerAnswer>>> _pay = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Func<BillOrder, BillerAnswer>>> _find = new();
    private readonly ConcurrentDictionary<string, BillOrder> _book = new();
    private readonly ConcurrentDictionary<string, int> _calls = new();
    private readonly ConcurrentDictionary<(string Call, string Customer), HeldCalls> _held = new();

    public IReadOnlyList<Biller> All => [Profile];

    public Biller Profile { get; } = new(Code, "Delta Water Board", Usd, "Account number", @"WB-\w+", "WB-1", new Money(100, Usd), new Money(5_000, Usd), NameEnquiry: true);

    /// <summary>What it answers about a customer.</summary>
    public Func<string, CancellationToken, Task<CustomerAnswer>> Customer { get; set; } = (_, _) => Task.FromResult<CustomerAnswer>(new CustomerAnswer.Known("Ada Obi"));

    public IBiller? Find(string code) => code == Code ? this : null;

    public bool Accepts(string customerReference) => Regex.IsMatch(customerReference, @"\AWB-\w+\z");

    /// <summary>What it answers to payments of a customer, one after another; afterwards it takes them.</summary>
    public void WhenPaid(string customerReference, params Func<BillOrder, BillerAnswer>[] answers) => _pay[customerReference] = new(answers);

    /// <summary>What it answers when asked for payments of a customer, one after another; afterwards it tells the truth.</summary>
    public void WhenAsked(string customerReference, params Func<BillOrder, BillerAnswer>[] answers) => _find[customerReference] = new(answers);

    /// <summary>Puts a payment into its book.</summary>
    public BillerAnswer Take(BillOrder order)
    {
        var known = _book.GetOrAdd(order.Reference, order);
        return known == order ? new BillerAnswer.Paid($"B-{order.Reference}", "T-1") : new BillerAnswer.Unknown("There is a payment of other content under this reference.");
    }

    /// <summary>What it has taken from a customer.</summary>
    public IReadOnlyList<BillOrder> TakenFrom(string customerReference) => [.. _book.Values.Where(order => order.CustomerReference == customerReference)];

    /// <summary>How often it was to be paid for a customer.</summary>
    public int CallsFor(string customerReference) => _calls.GetValueOrDefault(customerReference);

    /// <summary>Has each question for payments of a customer wait before it is answered, until they are released.</summary>
    public HeldCalls HoldAsked(string customerReference) => _held[(nameof(FindAsync), customerReference)] = new HeldCalls();

    /// <summary>The same with payments.</summary>
    public HeldCalls HoldPaid(string customerReference) => _held[(nameof(PayAsync), customerReference)] = new HeldCalls();

    /// <summary>Lets all calls about a customer be answered. A test that failed must not leave one behind: no silo stops before its calls have ended.</summary>
    public void ReleaseAll(string customerReference)
    {
        foreach (var ((_, customer), held) in _held)
        {
            if (customer == customerReference)
            {
                held.Release();
            }
        }
    }

    public async Task<BillerAnswer> PayAsync(BillOrder order, CancellationToken cancellationToken)
    {
        _calls.AddOrUpdate(order.CustomerReference, 1, static (_, calls) => calls + 1);
        await WaitAsync(nameof(PayAsync), order);
        return Next(_pay, order) is { } answer ? answer(order) : Take(order);
    }

    public async Task<BillerAnswer> FindAsync(BillOrder order, CancellationToken cancellationToken)
    {
        await WaitAsync(nameof(FindAsync), order);
        return Next(_find, order) is { } answer ? answer(order)
            : _book.ContainsKey(order.Reference) ? Take(order)
            : new BillerAnswer.NotFound();
    }

    public Task<CustomerAnswer> EnquireAsync(string customerReference, CancellationToken cancellationToken) => Customer(customerReference, cancellationToken);

    private Task WaitAsync(string call, BillOrder order) => _held.TryGetValue((call, order.CustomerReference), out var held) ? held.WaitAsync() : Task.CompletedTask;

    private static Func<BillOrder, BillerAnswer>? Next(ConcurrentDictionary<string, ConcurrentQueue<Func<BillOrder, BillerAnswer>>> scripts, BillOrder order) =>
        scripts.TryGetValue(order.CustomerReference, out var script) && script.TryDequeue(out var answer) ? answer : null;
}

/// <summary>Calls that a biller does not answer before they are released.</summary>
public sealed class HeldCalls
{
    private readonly Channel<bool> _begun = Channel.CreateUnbounded<bool>();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits for one more call that was begun.</summary>
    public async Task BegunAsync() => await _begun.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Signal.DefaultLimit);

    /// <summary>Lets them be answered, and all others.</summary>
    public void Release() => _released.TrySetResult();

    internal Task WaitAsync()
    {
        _begun.Writer.TryWrite(true);
        return _released.Task;
    }
}
