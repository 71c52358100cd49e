using WalletGrains.Journal.Clocks;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests.Clocks;

/// <summary>Which time is believed when a machine's clock, the database's and the time that has passed say different things.</summary>
public sealed class DatabaseClockTests
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);
    private readonly ManualTimeProvider _truth = new();
    private readonly JumpingClock _machine;
    private readonly DatabaseClock _clock;
    private TimeSpan _databaseAhead;
    private TimeSpan _trip;

    public DatabaseClockTests()
    {
        _machine = new JumpingClock(_truth);
        _clock = new DatabaseClock(_machine);
    }

    [Fact]
    public void Before_the_first_comparison_the_time_is_not_known()
    {
        Assert.False(_clock.IsTrusted);
        Assert.Equal("The time has not been compared with the database's yet.", _clock.Doubt);
    }

    [Theory]
    [InlineData(365 * 86_400)]
    [InlineData(3_600)]
    [InlineData(-3_600)]
    [InlineData(-365 * 86_400)]
    public async Task A_jump_of_the_machines_clock_changes_nothing_not_even_until_the_next_comparison(int seconds)
    {
        await CompareAsync();
        _machine.Ahead = TimeSpan.FromSeconds(seconds);
        Assert.Equal(_truth.GetUtcNow(), _clock.GetUtcNow());

        _truth.Advance(TimeSpan.FromSeconds(10));
        await CompareAsync();
        Assert.Equal((true, _truth.GetUtcNow(), _machine.Ahead), (_clock.IsTrusted, _clock.GetUtcNow(), _clock.MachineAhead));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(-6)]
    [InlineData(365 * 86_400)]
    public async Task A_process_that_starts_with_a_clock_that_the_databases_contradicts_does_not_know_the_time_until_they_agree(int seconds)
    {
        _machine.Ahead = TimeSpan.FromSeconds(seconds);
        await CompareAsync();
        Assert.False(_clock.IsTrusted);
        Assert.Equal($"This machine's clock says {_machine.GetUtcNow():u}, the database's {_truth.GetUtcNow():u}.", _clock.Doubt);
        Assert.Equal(_truth.GetUtcNow(), _clock.GetUtcNow());

        await CompareAsync();
        Assert.False(_clock.IsTrusted, "Nothing is believed for being repeated.");
        _machine.Ahead = TimeSpan.Zero;
        await CompareAsync();
        Assert.True(_clock.IsTrusted);
    }

    [Fact]
    public async Task A_jump_of_the_databases_clock_is_not_followed_and_the_time_is_not_known_until_it_is_right_again()
    {
        await CompareAsync();
        _databaseAhead = Year;
        await CompareAsync();
        Assert.Equal((false, _truth.GetUtcNow()), (_clock.IsTrusted, _clock.GetUtcNow()));

        _databaseAhead = TimeSpan.Zero;
        await CompareAsync();
        Assert.Equal((true, _truth.GetUtcNow()), (_clock.IsTrusted, _clock.GetUtcNow()));
    }

    [Fact]
    public async Task The_clock_of_a_machine_with_the_database_that_is_set_a_year_ahead_is_not_believed_and_one_that_is_set_back_is()
    {
        await CompareAsync();
        _machine.Ahead = _databaseAhead = Year;
        await CompareAsync();
        Assert.Equal((false, _truth.GetUtcNow()), (_clock.IsTrusted, _clock.GetUtcNow()));
        Assert.StartsWith("This machine's clock and the database's went 365.00:00:00 ahead of the time that has passed", _clock.Doubt, StringComparison.Ordinal);

        _machine.Ahead = _databaseAhead = -Year;
        await CompareAsync();
        Assert.Equal((true, _truth.GetUtcNow() - Year), (_clock.IsTrusted, _clock.GetUtcNow()));
    }

    [Fact]
    public async Task A_machine_that_slept_for_a_night_is_told_the_time()
    {
        await CompareAsync();
        _truth.Advance(TimeSpan.FromHours(9));
        _machine.Slept = TimeSpan.FromHours(9);
        await CompareAsync();
        Assert.Equal((true, _truth.GetUtcNow()), (_clock.IsTrusted, _clock.GetUtcNow()));
    }

    [Fact]
    public async Task An_answer_that_was_long_on_its_way_moves_the_time_no_further_than_it_proves()
    {
        await CompareAsync();
        _trip = TimeSpan.FromSeconds(1.5);
        _databaseAhead = TimeSpan.FromMilliseconds(-700);
        await CompareAsync();
        Assert.Equal(_truth.GetUtcNow(), _clock.GetUtcNow());

        _databaseAhead = TimeSpan.FromMilliseconds(-1_000);
        await CompareAsync();
        Assert.Equal(_truth.GetUtcNow() - TimeSpan.FromMilliseconds(250), _clock.GetUtcNow());

        _trip = TimeSpan.FromSeconds(3);
        _databaseAhead = Year;
        Assert.False(await CompareAsync());
        Assert.True(_clock.IsTrusted);
    }

    [Fact]
    public async Task A_database_that_is_away_is_asked_again_a_second_later_and_one_that_answers_ten()
    {
        var (asked, isAway) = (0, true);
        var comparison = new ClockComparison(
            _clock,
            _ =>
            {
                asked++;
                return isAway ? throw new JournalUnavailableException("away") : Task.FromResult(_truth.GetUtcNow());
            },
            Microsoft.Extensions.Logging.Abstractions.NullLogger<ClockComparison>.Instance);
        using var stop = new CancellationTokenSource();
        var running = comparison.RunAsync(stop.Token);
        Assert.Equal((1, false), (asked, _clock.IsTrusted));

        isAway = false;
        _truth.Advance(JournalLimits.ClockRetry);
        await _truth.WaitForTimersAsync(1, TestContext.Current.CancellationToken);
        Assert.Equal((2, true), (asked, _clock.IsTrusted));

        _truth.Advance(JournalLimits.ClockPeriod);
        await _truth.WaitForTimersAsync(1, TestContext.Current.CancellationToken);
        Assert.Equal(3, asked);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private Task<bool> CompareAsync() => _clock.CompareAsync(
        _ =>
        {
            _truth.Advance(_trip / 2);
            var answer = _truth.GetUtcNow() + _databaseAhead;
            _truth.Advance(_trip / 2);
            return Task.FromResult(answer);
        },
        TestContext.Current.CancellationToken);
}

/// <summary>The time of PostgreSQL.</summary>
public sealed class PostgresTimeTests(PostgresJournalFixture postgres) : IClassFixture<PostgresJournalFixture>
{
    [Fact]
    public async Task It_is_that_of_the_server_and_goes_on_while_a_connection_is_kept()
    {
        await using var time = new PostgresTime(postgres.DataSource, new JournalOptions(), TimeProvider.System);
        var first = await time.ReadAsync(TestContext.Current.CancellationToken);
        var between = await postgres.ScalarAsync<DateTime>("select clock_timestamp()");
        Assert.InRange(between, first.UtcDateTime, (await time.ReadAsync(TestContext.Current.CancellationToken)).UtcDateTime);
    }
}
