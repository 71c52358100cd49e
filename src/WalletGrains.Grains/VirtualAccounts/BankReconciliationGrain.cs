using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using WalletGrains.Contracts;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Journal.VirtualAccounts;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>Compares statements. A stateless worker that keeps nothing: the store has the results.</summary>
[StatelessWorker]
[Reentrant]
public sealed class BankReconciliationGrain(IBankInbox inbox, TimeProvider time) : Grain, IBankReconciliationGrain
{
    /// <inheritdoc />
    public async Task<BankReconciliation> CompareAsync(DateOnly day, IReadOnlyList<StatementLine> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lines.Count, BankReconciliation.MaxLines);
        return await Outage.GuardWriteAsync(async () =>
        {
            var result = await CompareWithStoreAsync(day, lines);
            await inbox.SaveReconciliationAsync(day, result.RanAt, JsonSerializer.SerializeToUtf8Bytes(result, BankReconciliationJson.Default.BankReconciliation));
            return result;
        });
    }

    /// <inheritdoc />
    public async Task<BankReconciliation?> FindAsync(DateOnly day) =>
        await Outage.GuardAsync(() => inbox.FindReconciliationAsync(day, CancellationToken.None)) is { } content
            ? JsonSerializer.Deserialize(content, BankReconciliationJson.Default.BankReconciliation)
            : null;

    /// <inheritdoc />
    public async Task<BankCreditReceipt?> CreditMissingAsync(DateOnly day, string reference, bool reopen)
    {
        if (await FindAsync(day) is not { } result
            || new[] { result.MissingHere, result.Uncredited, result.Discarded }
                .SelectMany(differences => differences?.Listed ?? [])
                .FirstOrDefault(listed => listed.Reference == reference) is not { Bank: { } line })
        {
            return null;
        }

        // Through the inbox like any report: whatever has come in since the comparison, it is credited once.
        return await GrainFactory.GetGrain<IBankInboxGrain>(0).CreditAsync(
            new BankCredit(
                line.Reference,
                line.AccountNumber,
                new Money(line.AmountMinor, Currency.Parse(line.Currency)),
                SenderName: null,
                Narration: null,
                line.OccurredAt,
                BankCreditSource.Statement),
            reopen);
    }

    private async Task<BankReconciliation> CompareWithStoreAsync(DateOnly day, IReadOnlyList<StatementLine> lines)
    {
        var ranAt = time.GetUtcMilliseconds();
        var (missingHere, missingThere, different, uncredited, discarded) = (new Collected(), new Collected(), new Collected(), new Collected(), new Collected());
        var (matched, ofOtherDays) = (0, new List<string>());
        foreach (var chunk in lines.Chunk(IBankInbox.MaxReferences))
        {
            var stored = (await inbox.FindAsync([.. chunk.Select(line => line.Reference)], CancellationToken.None))
                .ToDictionary(row => row.Reference, StringComparer.Ordinal);
            foreach (var line in chunk)
            {
                switch (stored.GetValueOrDefault(line.Reference))
                {
                    case null:
                        missingHere.Add(new StatementDifference(line.Reference, line, null, IsCredited: false));
                        break;
                    case var row when !IsSame(row, line):
                        different.Add(new StatementDifference(line.Reference, line, LineOf(row), row.Credit is not null));
                        break;
                    case { Credit: null, Closing: var closing } row:
                        (closing is null ? uncredited : discarded).Add(new StatementDifference(line.Reference, line, LineOf(row), IsCredited: false));
                        break;
                    case var row:
                        matched++;
                        if (DayOf(row) != day && ofOtherDays.Count < BankReconciliation.MaxListed)
                        {
                            ofOtherDays.Add(row.Reference);
                        }

                        break;
                }
            }
        }

        var references = lines.Select(line => line.Reference).ToHashSet(StringComparer.Ordinal);
        List<ComparedStatement>? others = null;
        var from = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
        BankCreditRow? last = null;
        while (await inbox.ReadAsync(from, from.AddDays(1), last, CancellationToken.None) is { Count: > 0 } page)
        {
            foreach (var row in page.Where(row => !references.Contains(row.Reference)))
            {
                others ??= await OtherStatementsAsync(day);
                if (!others.Exists(other => other.Has(row)))
                {
                    missingThere.Add(new StatementDifference(row.Reference, null, LineOf(row), row.Credit is not null));
                }
            }

            last = page[^1];
        }

        return new BankReconciliation(day, ranAt, lines.Count, matched, missingHere.Result, missingThere.Result, different.Result, uncredited.Result, discarded.Result, ofOtherDays);
    }

    /// <summary>The statements of the days around, as far as they were compared: fourteen results at most, each 2 MB where all its lists are full. Reading them takes a
    /// quarter of a second then.</summary>
    private async Task<List<ComparedStatement>> OtherStatementsAsync(DateOnly day)
    {
        var statements = new List<ComparedStatement>();
        for (var days = -BankCredit.MaxDaysBetween; days <= BankCredit.MaxDaysBetween; days++)
        {
            if (days != 0 && await FindAsync(day.AddDays(days)) is { } result)
            {
                statements.Add(new ComparedStatement(result));
            }
        }

        return statements;
    }

    /// <summary>Where, how much and of what; the times may differ.</summary>
    private static bool IsSame(BankCreditRow row, StatementLine line) =>
        (row.AccountNumber, row.AmountMinor, row.Currency) == (line.AccountNumber, line.AmountMinor, line.Currency);

    private static DateOnly DayOf(BankCreditRow row) => DateOnly.FromDateTime(row.OccurredAt.UtcDateTime);

    private static StatementLine LineOf(BankCreditRow row) => new(row.Reference, row.AccountNumber, row.AmountMinor, row.Currency, row.OccurredAt);

    /// <summary>The statement of another day, as far as its kept comparison tells of it: what is paid before midnight is often reported behind it, and what is paid on
    /// a Friday, on Monday.</summary>
    private sealed class ComparedStatement(BankReconciliation result)
    {
        /// <summary>What was reported so shortly before a comparison may not have been stored when it looked: writes take time, and clocks differ.</summary>
        private static readonly TimeSpan Margin = TimeSpan.FromMinutes(10);

        private readonly DateOnly _day = result.Day;
        private readonly DateTimeOffset _ranAt = result.RanAt;
        private readonly bool _listsAllMissingThere = result.MissingThere.Count == result.MissingThere.Listed.Count;
        private readonly HashSet<string> _missingThere = ReferencesOf([], result.MissingThere);
        private readonly HashSet<string> _onBothSides = ReferencesOf(result.OfOtherDays ?? [], result.Different, result.Uncredited, result.Discarded);
        private readonly Dictionary<string, StatementLine> _missingHere = result.MissingHere.Listed.ToDictionary(
            listed => listed.Reference, listed => listed.Bank!, StringComparer.Ordinal);

        /// <summary>Whether a payment is in this statement. One that the comparison may have overlooked is not.</summary>
        public bool Has(BankCreditRow row) => Lists(row) || (DayOf(row) == _day && WasThere(row));

        /// <summary>Whatever day the payment tells. Where it was not known here yet, somebody may have made its report up by its reference since.</summary>
        private bool Lists(BankCreditRow row) =>
            _onBothSides.Contains(row.Reference) || (_missingHere.GetValueOrDefault(row.Reference) is { } line && IsSame(row, line));

        /// <summary>Of those that say they were made on this day, only what was not there is kept.</summary>
        private bool WasThere(BankCreditRow row) =>
            _ranAt - row.ReceivedAt >= Margin && _listsAllMissingThere && !_missingThere.Contains(row.Reference);

        private static HashSet<string> ReferencesOf(IReadOnlyList<string> references, params IReadOnlyList<StatementDifferences?> differences) =>
            references.Concat(differences.SelectMany(kind => kind?.Listed ?? []).Select(listed => listed.Reference)).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Differences of one kind: all are counted, the first are kept.</summary>
    private sealed class Collected
    {
        private readonly List<StatementDifference> _listed = [];
        private int _count;

        public StatementDifferences Result => new(_count, _listed);

        public void Add(StatementDifference difference)
        {
            _count++;
            if (_listed.Count < BankReconciliation.MaxListed)
            {
                _listed.Add(difference);
            }
        }
    }
}

/// <summary>Comparisons as they are kept. Members may be added; old results lack them.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(BankReconciliation))]
internal sealed partial class BankReconciliationJson : JsonSerializerContext;
