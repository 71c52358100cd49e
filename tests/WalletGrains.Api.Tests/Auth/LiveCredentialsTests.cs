using WalletGrains.Api.Auth;
using WalletGrains.Contracts.Users;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Auth;

public sealed class LiveCredentialsTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<CredentialPosition> _asked = [];
    private readonly LiveCredentials _credentials;
    private Func<CredentialChanges> _answer = static () => Changes(1, [], []);

    public LiveCredentialsTests() => _credentials = new LiveCredentials(
        since =>
        {
            _asked.Add(since);
            return Task.FromResult(_answer());
        },
        _time);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _credentials.Dispose();

    [Fact]
    public async Task Nothing_is_believed_before_the_first_read_and_fifteen_seconds_after_the_last()
    {
        Assert.False(_credentials.Count);
        await _credentials.RefreshAsync(Cancelled);
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.True(_credentials.Count);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(_credentials.Count);
        await _credentials.RefreshAsync(Cancelled);
        Assert.True(_credentials.Count);
    }

    [Fact]
    public async Task A_read_that_fails_changes_nothing_and_is_asked_again_from_the_same_place()
    {
        var session = Guid.CreateVersion7();
        _answer = () => Changes(7, [new EndedSession(session, _time.GetUtcNow())], []);
        await _credentials.RefreshAsync(Cancelled);
        _answer = static () => throw new TimeoutException();
        await Assert.ThrowsAsync<TimeoutException>(() => _credentials.RefreshAsync(Cancelled));
        _answer = static () => Changes(9, [], []);
        await _credentials.RefreshAsync(Cancelled);
        Assert.Equal([0, 7, 7], _asked.Select(position => position.Position));
        Assert.True(_credentials.HasEnded(session));
    }

    [Fact]
    public async Task An_ended_session_is_remembered_for_longer_than_a_token_of_it_lives_and_not_for_ever()
    {
        var session = Guid.CreateVersion7();
        _credentials.End(session);
        _time.Advance(TimeSpan.FromSeconds(JwtOptions.MaxLifetimeSeconds) + ApiLimits.ClockSkew);
        await _credentials.RefreshAsync(Cancelled);
        Assert.True(_credentials.HasEnded(session));
        _time.Advance(TimeSpan.FromMinutes(2));
        await _credentials.RefreshAsync(Cancelled);
        Assert.False(_credentials.HasEnded(session));
    }

    [Fact]
    public async Task A_key_counts_from_when_it_was_read_until_it_is_revoked_or_expires()
    {
        var key = NewKey(out var text) with { ExpiresAt = _time.GetUtcNow().AddMinutes(1) };
        Assert.False(_credentials.TryFindKey(text, out _));
        _answer = () => Changes(1, [], [key]);
        await _credentials.RefreshAsync(Cancelled);
        Assert.True(_credentials.TryFindKey(text, out var found));
        Assert.Equal((key.ServiceId, Scopes.MoneyIn), (found.ServiceId, found.Scopes));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(_credentials.TryFindKey(text, out _));

        var other = NewKey(out var otherText);
        _answer = () => Changes(2, [], [other]);
        await _credentials.RefreshAsync(Cancelled);
        Assert.True(_credentials.TryFindKey(otherText, out _));
        _answer = () => Changes(3, [], [other with { RevokedAt = _time.GetUtcNow() }]);
        await _credentials.RefreshAsync(Cancelled);
        Assert.False(_credentials.TryFindKey(otherText, out _));
    }

    [Fact]
    public async Task A_key_with_any_character_changed_is_none()
    {
        var key = NewKey(out var text);
        _answer = () => Changes(1, [], [key]);
        await _credentials.RefreshAsync(Cancelled);
        for (var i = 0; i < text.Length; i++)
        {
            Assert.False(_credentials.TryFindKey(text[..i] + (text[i] == 'A' ? 'B' : 'A') + text[(i + 1)..], out _));
        }

        foreach (var wrong in new[] { null, "", "wgk_", text + "A", text[..^1], " " + text, ApiKey.NewText(key.KeyId) })
        {
            Assert.False(_credentials.TryFindKey(wrong, out _));
        }

        Assert.True(_credentials.TryFindKey(text, out _));
    }

    [Fact]
    public async Task A_key_that_is_not_told_of_when_everything_is_counts_no_more()
    {
        var (kept, gone) = (NewKey(out var keptText), NewKey(out var goneText));
        _answer = () => Changes(5, [], [kept, gone]);
        await _credentials.RefreshAsync(Cancelled);
        _answer = () => Changes(6, [], [kept]);
        await _credentials.RefreshAsync(Cancelled);
        Assert.True(_credentials.TryFindKey(goneText, out _));
        _answer = () => Changes(3, [], [kept]) with { IsComplete = true };
        await _credentials.RefreshAsync(Cancelled);
        Assert.False(_credentials.TryFindKey(goneText, out _));
        Assert.True(_credentials.TryFindKey(keptText, out _));
    }

    private static CredentialChanges Changes(long next, IReadOnlyList<EndedSession> ended, IReadOnlyList<ApiKeyRecord> keys) =>
        new(new CredentialPosition("here", next), IsComplete: false, ended, keys);

    private ApiKeyRecord NewKey(out string text)
    {
        var keyId = Guid.CreateVersion7();
        text = ApiKey.NewText(keyId);
        return new ApiKeyRecord(
            keyId, Guid.CreateVersion7(), "till", ApiKey.HashOf(text), ["money:in", "fly:moon"], _time.GetUtcNow(), Guid.CreateVersion7(), null, null);
    }
}
