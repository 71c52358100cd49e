using Xunit;

namespace WalletGrains.Grains.Tests.Runtime;

public sealed class ReminderTests(ActorFixture fixture)
{
    private readonly IClusterClient _client = fixture.Client;
    private readonly string _play = Stage.NewPlay();

    private IReminderGrain Grain => _client.GetGrain<IReminderGrain>(_play);

    [Fact]
    public async Task A_tick_calls_the_grain()
    {
        await Grain.Remind("wake", TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1));

        Assert.Equal(["wake"], await Stage.Lines(_play, 1));
        await Grain.Forget("wake");
    }

    [Fact]
    public async Task A_tick_calls_the_grain_although_its_activation_has_ended()
    {
        await Grain.Remind("wake", TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1));
        await Grain.Leave();

        Assert.Equal(["wake"], await Stage.Lines(_play, 1));
        await Grain.Forget("wake");
    }

    [Fact]
    public async Task A_period_below_a_minute_is_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Grain.Remind("hurry", TimeSpan.Zero, TimeSpan.FromSeconds(59)));

    [Fact]
    public async Task A_negative_due_time_is_refused() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Grain.Remind("past", TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(1)));

    [Fact]
    public async Task Reminders_are_listed_until_they_are_unregistered()
    {
        await Grain.Remind("one", TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        await Grain.Remind("two", TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        await Grain.Remind("two", TimeSpan.FromHours(2), TimeSpan.FromHours(2));
        Assert.Equal(["one", "two"], await Grain.Reminders());

        await Grain.Forget("one");
        Assert.Equal(["two"], await Grain.Reminders());
        await Grain.Forget("two");
        Assert.Empty(await Grain.Reminders());
    }
}
