using FsCheck;
using FsCheck.Fluent;
using WalletGrains.Contracts.Bills;
using WalletGrains.Domain.Bills;
using Xunit;

namespace WalletGrains.Domain.Tests.Bills;

public sealed class BillDeciderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly BillFailure Declined = new("DECLINED", "The biller declined.");
    private static readonly BillSettlement Evidence = new(Guid.Parse("0197a2b3-0000-7000-8000-0000000000e0"), "by telephone");

    private static readonly BillNews[] All =
    [
        new BillNews.HoldRefused(new BillFailure("INSUFFICIENT_FUNDS", "words")), new BillNews.Calling(), new BillNews.NothingSent(),
        new BillNews.Accepted("B1"), new BillNews.Accepted(null), new BillNews.Unclear(), new BillNews.Paid("B1", "T1"), new BillNews.Rejected(Declined),
        new BillNews.FoundOut(true, Evidence), new BillNews.FoundOut(false, Evidence), new BillNews.Captured(), new BillNews.GivenBack(),
        new BillNews.Refused(Declined),
    ];

    /// <summary>Whatever is learnt, in whatever order, however late and however often, of whichever of the first calls, or of none.</summary>
    private static readonly Gen<(BillNews News, int SecondsLater)[]> Lives =
        (from news in Gen.Frequency((2, Gen.Elements(All)), (1, Gen.Elements(All[1], All[2], All[12])))
         from call in Gen.Choose(0, 4)
         from later in Gen.Frequency((5, Gen.Choose(-3, 30)), (1, Gen.Choose(0, 2_000)))
         select (call > 0 && IsAnswer(news) ? news with { Call = call } : news, later)).ArrayOf(40);

    [Theory]
    [InlineData("calling paid captured", "PENDING PROCESSING PROCESSING COMPLETED")]
    [InlineData("calling rejected back", "PENDING PROCESSING REVERSING REVERSED")]
    [InlineData("refused calling paid", "PENDING FAILED")]
    [InlineData("calling unclear paid captured rejected back", "PENDING PROCESSING UNKNOWN PROCESSING COMPLETED")]
    [InlineData("calling unclear rejected paid back captured", "PENDING PROCESSING UNKNOWN REVERSING REVERSED")]
    [InlineData("calling unclear accepted accepted unclear paid captured", "PENDING PROCESSING UNKNOWN PROCESSING PROCESSING COMPLETED")]
    [InlineData("calling accepted unclear calling rejected back", "PENDING PROCESSING PROCESSING REVERSING REVERSED")]
    [InlineData("calling unsent calling unsent calling paid captured", "PENDING PROCESSING PROCESSING COMPLETED")]
    [InlineData("calling unclear found-paid rejected captured", "PENDING PROCESSING UNKNOWN PROCESSING COMPLETED")]
    [InlineData("calling unclear found-unpaid paid back", "PENDING PROCESSING UNKNOWN REVERSING REVERSED")]
    [InlineData("calling found-unpaid found-paid", "PENDING PROCESSING")]
    [InlineData("calling unsent found-unpaid back", "PENDING PROCESSING REVERSING REVERSED")]
    [InlineData("calling unclear calling found-unpaid paid captured", "PENDING PROCESSING UNKNOWN PROCESSING COMPLETED")]
    [InlineData("calling refusal back", "PENDING PROCESSING REVERSING REVERSED")]
    [InlineData("calling unsent calling refusal back", "PENDING PROCESSING REVERSING REVERSED")]
    [InlineData("calling unclear calling refusal back", "PENDING PROCESSING UNKNOWN")]
    [InlineData("calling calling refusal back", "PENDING PROCESSING UNKNOWN")]
    [InlineData("paid rejected captured back unclear", "PENDING")]
    public void A_payment_goes_the_way_that_its_news_tell(string news, string expected) =>
        Assert.Equal(expected.Split(' '), Live(news).Steps.Select(step => BillStatuses.NameOf(step.Status)));

    [Fact]
    public void A_biller_that_certainly_was_never_reached_is_given_up_and_one_that_may_have_been_is_asked()
    {
        var never = Live("calling unsent calling");
        Assert.Equal(BillPhase.Processing, After(never, new BillNews.NothingSent { Call = 2 }, Patience - TimeSpan.FromSeconds(1)).Phase);
        var failed = After(never, new BillNews.NothingSent { Call = 2 }, Patience);
        Assert.Equal((BillPhase.Reversing, BillFailure.BillerUnavailable), (failed.Phase, failed.Failure!.Code));

        // The call before this one was begun, and nobody ever heard what became of it.
        var lost = After(Live("calling calling"), new BillNews.NothingSent { Call = 2 }, Patience);
        Assert.Equal((BillPhase.Unknown, true, (BillFailure?)null), (lost.Phase, lost.IsAwaited, lost.Failure));
    }

    [Fact]
    public void What_was_learnt_is_kept()
    {
        var paid = Live("calling unclear paid captured");
        Assert.Equal(("B1", "T1", null, null), (paid.BillerReference, paid.Token, paid.Failure, paid.Settlement));
        Assert.Equal(Declined, Live("calling rejected").Failure);
        Assert.Equal("B1", Live("calling accepted found-paid").BillerReference);
        Assert.Equal(Evidence, Live("calling unclear found-paid").Settlement);
        Assert.Equal((Evidence, BillFailure.Settled), (Live("calling unclear found-unpaid").Settlement, Live("calling unclear found-unpaid").Failure!.Code));
    }

    [Theory]
    [InlineData("calling paid", "rejected")]
    [InlineData("calling paid captured", "rejected")]
    [InlineData("calling rejected", "paid")]
    [InlineData("calling rejected back", "paid")]
    [InlineData("calling rejected back", "accepted")]
    public void What_contradicts_a_decision_changes_nothing_of_it_and_is_written_down_once(string life, string contradiction)
    {
        var (payment, news) = (Live(life), Named(contradiction));
        Assert.Null(payment.Dispute);
        var disputed = After(payment, news, Patience);
        Assert.Equal((payment.Phase, payment.Steps, Samples.Now + Patience), (disputed.Phase, disputed.Steps, disputed.Dispute!.At));
        Assert.StartsWith("The biller says", disputed.Dispute.Said, StringComparison.Ordinal);
        Assert.Null(BillDecider.Decide(news, disputed, Patience, Samples.Now));
    }

    [Theory]
    [InlineData("calling paid captured", "paid")]
    [InlineData("calling paid", "accepted")]
    [InlineData("calling rejected back", "rejected")]
    [InlineData("calling rejected back", "refusal")]
    public void What_agrees_with_a_decision_is_no_news(string life, string agreement) =>
        Assert.Null(BillDecider.Decide(Named(agreement), Live(life), Patience, Samples.Now));

    [Fact]
    public void While_a_call_may_be_under_way_nobody_decides_and_one_that_nobody_heard_of_for_long_is_not()
    {
        foreach (var found in new[] { Named("found-paid"), Named("found-unpaid") })
        {
            // A process died in the middle of its call.
            var payment = Live("calling unclear calling");
            Assert.Null(BillDecider.Decide(found, payment, Patience, Samples.Now + BillCall.Limit - TimeSpan.FromMilliseconds(1)));
            Assert.NotNull(BillDecider.Decide(found, payment, Patience, Samples.Now + BillCall.Limit));

            // The next call ends, and the one of which nothing was heard is not forgotten while it may be under way.
            var again = BillDecider.Evolve(payment, BillDecider.Decide(Named("calling"), payment, Patience, Samples.Now)!);
            var ended = After(again, Named("unclear") with { Call = 3 }, TimeSpan.FromSeconds(1));
            Assert.Null(BillDecider.Decide(found, ended, Patience, Samples.Now + TimeSpan.FromSeconds(2)));
            Assert.NotNull(BillDecider.Decide(found, After(ended, Named("unclear") with { Call = 2 }, TimeSpan.FromSeconds(3)), Patience, Samples.Now + TimeSpan.FromSeconds(4)));
        }
    }

    [Fact]
    public void No_payment_is_ever_both_completed_and_reversed_whatever_is_learnt() => Law.Holds(Lives, life =>
    {
        var seen = new HashSet<BillPhase>();
        var payment = Begun();
        var now = Samples.Now;
        foreach (var (news, later) in life)
        {
            now += TimeSpan.FromSeconds(later);
            if (BillDecider.Decide(news, payment, Patience, now) is not { } happened)
            {
                continue;
            }

            var before = payment;
            payment = BillDecider.Evolve(before, happened);
            seen.Add(payment.Phase);

            // Money leaves or is given back only where that was decided before, and nothing decided is taken back.
            Assert.True(payment.Phase is not BillPhase.Completed || before.Phase is BillPhase.Completing or BillPhase.Completed);
            Assert.True(payment.Phase is not BillPhase.Reversed || before.Phase is BillPhase.Reversing or BillPhase.Reversed);
            Assert.True(before.Phase is not (BillPhase.Completed or BillPhase.Reversed or BillPhase.Failed) || happened is BillEvent.Disputed);
            Assert.True(payment.Phase is not BillPhase.Unknown || payment.AwaitingSince is not null);
            Assert.True(payment.NotSent <= payment.Attempts);
            Assert.True(payment.UpdatedAt >= before.UpdatedAt);
            Assert.True(payment.Steps.Count <= 7);
            Assert.Equal(BillProgress.StatusOf(payment.Phase), payment.Steps[^1].Status);
        }

        Assert.False((seen.Contains(BillPhase.Completing) || seen.Contains(BillPhase.Completed)) && (seen.Contains(BillPhase.Reversing) || seen.Contains(BillPhase.Reversed)));
        Assert.False(seen.Contains(BillPhase.Failed) && seen.Count > 1);
    });

    /// <summary>The calls themselves, each with what is known of it, beside the numbers that the payment counts.</summary>
    [Fact]
    public void Nothing_is_given_back_while_a_call_may_have_reached_the_biller_unless_somebody_who_knows_says_so()
    {
        var given = new HashSet<Type>();
        Law.Holds(Lives, life =>
        {
            var (payment, now) = (Begun(), Samples.Now);
            var (begun, underWay, mayHave) = (0, new Dictionary<int, DateTimeOffset>(), new HashSet<int>());
            foreach (var (news, later) in life)
            {
                now += TimeSpan.FromSeconds(later);
                var happened = BillDecider.Decide(news, payment, Patience, now);
                if (news is BillNews.Calling && happened is not null)
                {
                    underWay[++begun] = happened.At;
                    mayHave.Add(begun);
                }
                else if (news.Call is { } call && underWay.Remove(call) && news is BillNews.NothingSent or BillNews.Refused)
                {
                    mayHave.Remove(news.Call.Value);
                }

                if (happened is BillEvent.Rejected)
                {
                    given.Add(news.GetType());
                    Assert.True(news is not (BillNews.NothingSent or BillNews.Refused) || mayHave.Count == 0);
                    Assert.True(news is not BillNews.FoundOut || underWay.Values.All(at => happened.At - at >= BillCall.Limit));
                }

                payment = happened is null ? payment : BillDecider.Evolve(payment, happened);
            }
        });
        Assert.Equal(4, given.Count);
    }

    [Fact]
    public void What_is_stored_of_a_payment_is_what_it_was() => Law.Holds(Lives, life =>
    {
        var (payment, now) = (Begun(), Samples.Now);
        foreach (var (news, later) in life)
        {
            now += TimeSpan.FromSeconds(later);
            payment = BillDecider.Decide(news, payment, Patience, now) is { } happened ? BillDecider.Evolve(payment, happened) : payment;
            var read = BillContent.Decode(payment.Phase, BillContent.Encode(payment));
            Assert.Equal(payment.Steps, read.Steps);
            Assert.Equal(payment.OpenCalls, read.OpenCalls);
            Assert.Equal(payment with { Steps = [], OpenCalls = [] }, read with { Steps = [], OpenCalls = [] });
        }
    });

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"attempts":0,"notSent":0,"steps":[{"status":"LOST","at":0}]}""")]
    public void Other_bytes_are_no_payment(string content) =>
        Assert.Throws<FormatException>(() => BillContent.Decode(BillPhase.Pending, System.Text.Encoding.UTF8.GetBytes(content)));

    private static BillProgress Begun() => BillProgress.Begin(Samples.Now, "Ada Obi");

    private static BillProgress After(BillProgress payment, BillNews news, TimeSpan later) =>
        BillDecider.Evolve(payment, BillDecider.Decide(news, payment, Patience, Samples.Now + later)!);

    /// <summary>A payment with such a life, in which each answer is the end of the newest call.</summary>
    private static BillProgress Live(string news) => news.Split(' ').Select(Named).Aggregate(Begun(), (payment, learnt) =>
        BillDecider.Decide(IsAnswer(learnt) ? learnt with { Call = payment.Attempts } : learnt, payment, Patience, Samples.Now) is { } happened ? BillDecider.Evolve(payment, happened) : payment);

    private static bool IsAnswer(BillNews news) =>
        news is BillNews.NothingSent or BillNews.Refused or BillNews.Accepted or BillNews.Unclear or BillNews.Paid or BillNews.Rejected;

    private static BillNews Named(string name) => name switch
    {
        "refused" => All[0],
        "calling" => All[1],
        "unsent" => All[2],
        "accepted" => All[3],
        "unclear" => All[5],
        "paid" => All[6],
        "rejected" => All[7],
        "found-paid" => All[8],
        "found-unpaid" => All[9],
        "captured" => All[10],
        "back" => All[11],
        "refusal" => All[12],
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };
}
