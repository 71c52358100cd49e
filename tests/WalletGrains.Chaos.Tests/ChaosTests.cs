using WalletGrains.Chaos.Checking;
using WalletGrains.Chaos.Cluster;
using WalletGrains.Chaos.Report;
using WalletGrains.Journal.Embedded;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Chaos.Tests;

/// <summary>
/// One round of what <c>./chaos</c> runs for as long as one likes: a cluster of processes under traffic, each fault once, and
/// the audit. All tests look at the report card of the same round.
/// </summary>
public sealed class ChaosTests(ChaosTests.Round round, ITestOutputHelper output) : IClassFixture<ChaosTests.Round>
{
    private const int Seed = 1;

    [Theory]
    [InlineData(nameof(Fault.Lost))]
    [InlineData(nameof(Fault.Duplicated))]
    [InlineData(nameof(Fault.Resurrected))]
    [InlineData(nameof(Fault.Drift))]
    [InlineData(nameof(Fault.Disordered))]
    [InlineData(nameof(Fault.Contradicted))]
    [InlineData(nameof(Fault.Stuck))]
    public async Task No_operation_is(string fault)
    {
        var card = await round.CardAsync();
        Assert.DoesNotContain(card.Findings, finding => finding.Fault.ToString() == fault);
    }

    [Fact]
    public async Task Every_fault_strikes_and_every_wallet_is_served_again()
    {
        var card = await round.CardAsync();
        foreach (var line in card.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            output.WriteLine(line);
        }

        Assert.Equal(4, card.Recoveries.Count);
        Assert.True(card.Ok > 0 && card.Refused > 0 && card.Reads > 0, $"{card}");
    }

    [Fact]
    public async Task What_a_frozen_host_decided_before_others_took_over_is_fenced() =>
        Assert.True((await round.CardAsync()).Fenced > 0);

    [Fact]
    public async Task Commits_whose_answer_was_cut_off_turn_out_durable()
    {
        var card = await round.CardAsync();
        Assert.True(card.AnswersLost > 0, $"{card}");
        Assert.True(card.Resolved.Durable > 0, $"{card}");
    }

    /// <summary>The round, run when the first test asks for it.</summary>
    public sealed class Round
    {
        private readonly Lazy<Task<ReportCard>> _card = new(RunAsync);

        internal Task<ReportCard> CardAsync() => _card.Value.WaitAsync(TestContext.Current.CancellationToken);

        private static async Task<ReportCard> RunAsync()
        {
            try
            {
                var card = new ReportCard();
                await using var cluster = await ChaosCluster.StartAsync(CancellationToken.None);
                await ChaosRound.RunAsync(cluster, "test", Seed, card, CancellationToken.None);
                TestContext.Current.SendDiagnosticMessage($"{card}");
                return card;
            }
            catch (EmbeddedPostgresException e) when (e.Problem == EmbeddedPostgresProblem.BinariesMissing)
            {
                throw Prerequisite.Missing(e.Message, e);
            }
        }
    }
}
