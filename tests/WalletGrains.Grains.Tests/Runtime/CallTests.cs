using Xunit;

namespace WalletGrains.Grains.Tests.Runtime;

public sealed class CallTests(ActorFixture fixture) : IDisposable
{
    private readonly IClusterClient _client = fixture.Client;
    private readonly string _play = Stage.NewPlay();

    private ICallGrain Grain => _client.GetGrain<ICallGrain>(_play);

    public void Dispose() => RequestContext.Clear();

    [Theory]
    [InlineData(0)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public async Task An_integer_key_arrives(long key) =>
        Assert.Equal(key, await _client.GetGrain<IIntegerKeyGrain>(key).Key());

    [Fact]
    public async Task A_guid_key_arrives()
    {
        var key = Guid.NewGuid();
        Assert.Equal(key, await _client.GetGrain<IGuidKeyGrain>(key).Key());
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("with/slash and spaces")]
    [InlineData("ünïcödé ✓")]
    public async Task A_string_key_arrives(string key) => Assert.Equal(key, await _client.GetGrain<ICallGrain>(key).Key());

    [Fact]
    public async Task Results_of_every_supported_kind_arrive()
    {
        Assert.Equal(5_000_000_001, await Grain.Add(1, 5_000_000_000));
        Assert.Equal(new Parcel("wrapped", 1.5m, new Parcel("inner", 1m, null)), await Grain.Wrap(new Parcel("inner", 1m, null), 1.5m));
        Assert.Null(await Grain.Null());
        await Grain.Nothing();
    }

    [Fact]
    public async Task An_exception_reaches_the_caller_with_its_type_and_message()
    {
        var late = await Assert.ThrowsAsync<InvalidOperationException>(() => Grain.ThrowAfterAwait("no"));
        Assert.Equal("no", late.Message);

        var early = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Grain.ThrowAtOnce("not this"));
        Assert.StartsWith("not this", early.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_that_comes_too_late_is_a_timeout()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => Grain.WaitFor(_play, "late"));
        Stage.Give(_play, "late");

        Assert.Equal(_play, await Grain.Key());
    }

    [Fact]
    public async Task A_one_way_call_is_complete_at_once_and_its_failure_is_not_heard_of()
    {
        await Grain.Tell(_play, "told");

        Assert.Equal(["told"], await Stage.Lines(_play, 1));
    }

    [Fact]
    public async Task Request_context_flows_to_the_grain_and_on_to_the_next()
    {
        RequestContext.Set("token", "secret");

        Assert.Equal("secret", await Grain.Context("token"));
        Assert.Equal("secret", await Grain.ContextOfNext($"{_play}-next", "token"));
    }

    [Fact]
    public async Task Request_context_set_by_a_grain_flows_neither_back_nor_into_the_next_request()
    {
        await Grain.ChangeContext("token", "changed");

        Assert.Null(RequestContext.Get("token"));
        Assert.Null(await Grain.Context("token"));
    }

    [Fact]
    public async Task A_cancelled_token_lets_the_caller_go_and_reaches_the_grain()
    {
        using var source = new CancellationTokenSource();
        var call = Grain.WaitForCancellation(_play, source.Token);
        await Stage.Await(_play, "waiting");
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Stage.Await(_play, "cancelled");
    }

    [Fact]
    public async Task A_call_with_a_cancelled_token_is_not_made()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Grain.WaitForCancellation(_play, new CancellationToken(canceled: true)));

        Assert.False(Stage.HasHappened(_play, "waiting"));
    }

    [Fact]
    public async Task References_are_equal_by_identity_and_can_be_passed_on()
    {
        var other = _client.GetGrain<ICallGrain>($"{_play}-other");

        Assert.Equal(other, _client.GetGrain<ICallGrain>($"{_play}-other"));
        Assert.NotEqual(other, Grain);
        Assert.Equal($"{_play}-other", await Grain.KeyOf(other));
        Assert.Equal($"{_play}-other", other.GetPrimaryKeyString());
    }
}
