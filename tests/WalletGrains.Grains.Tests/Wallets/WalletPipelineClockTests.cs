using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal.Clocks;
using WalletGrains.Testing;
using Xunit;
using static WalletGrains.Grains.Tests.Wallets.WalletBench;

namespace WalletGrains.Grains.Tests.Wallets;

/// <summary>A wallet whose silo has a wrong clock.</summary>
public sealed class WalletPipelineClockTests
{
    private readonly ManualTimeProvider _truth = new();
    private readonly JumpingClock _machine;
    private readonly DatabaseClock _clock;
    private readonly WalletBench _bench;

    public WalletPipelineClockTests()
    {
        _machine = new JumpingClock(_truth);
        _clock = new DatabaseClock(_machine);
        _bench = new WalletBench(time: _truth, clock: _clock);
    }

    [Fact]
    public void A_jump_of_a_year_leaves_limits_holds_and_times_as_they_are()
    {
        Compare();
        _bench.Open();
        Accepted(Commit(_bench.Deposit("opening", 1_000)));
        Accepted(Commit(_bench.Execute(new SetLimits(RequestId.FromClient("limits"), new WalletLimits(null, 1_000, 1)))));
        var holdId = Guid.CreateVersion7();
        Accepted(Commit(_bench.Execute(new PlaceHold(RequestId.FromClient("hold"), Usd(1), holdId, TimeSpan.FromDays(7)))));

        _machine.Ahead = TimeSpan.FromDays(365);
        _truth.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(_truth.GetUtcNow(), Accepted(Commit(_bench.Withdraw("during the jump", 1))).Entry.CreatedAt);
        _machine.Ahead = TimeSpan.Zero;

        _truth.Advance(TimeSpan.FromMinutes(2));
        Accepted(Commit(_bench.Withdraw("after it", 1)));
        Accepted(Commit(_bench.Execute(new CaptureHold(RequestId.FromClient("capture"), holdId, null))));
    }

    [Fact]
    public void While_the_time_is_not_known_nothing_is_opened_or_decided_and_then_everything_is()
    {
        _machine.Ahead = TimeSpan.FromDays(365);
        Compare();
        var opening = _bench.Call(pipeline => pipeline.OpenAsync(new OpenWallet(Currency.Parse("USD"), null)));
        Assert.IsType<UnavailableException>(opening.Exception!.InnerException);

        _machine.Ahead = TimeSpan.Zero;
        Compare();
        _bench.Open();
        Accepted(Commit(_bench.Deposit("opening", 1_000)));
        var other = new WalletBench(_bench.Journal, _truth, _bench.WalletId, clock: new DatabaseClock(_machine));
        Assert.Equal(NotDecidedReason.Unavailable, NotDecided(other.Deposit("r", 1)));
        Assert.Equal(1_000, other.Balance());
        Accepted(Commit(_bench.Deposit("r", 1)));
    }

    private void Compare() => Assert.True(_clock.CompareAsync(_ => Task.FromResult(_truth.GetUtcNow()), TestContext.Current.CancellationToken).Result);

    private Task<WalletOutcome> Commit(Task<WalletOutcome> answer)
    {
        _bench.Commit();
        return answer;
    }
}
