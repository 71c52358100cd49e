using WalletGrains.Contracts.Users;
using WalletGrains.Host.Startup;
using Xunit;

namespace WalletGrains.Api.Tests.Users;

public sealed class FirstOperatorTests : IAsyncLifetime
{
    private const string Email = "operator@walletgrains.local";

    private static readonly Guid UserId = new("00000000-0000-7000-8000-000000000001");

    private readonly ApiFixture _api = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await _api.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task A_generated_password_is_kept_where_only_its_owner_reads_it()
    {
        await _api.StartAsync("Development");
        await CreatedAsync();
        var file = Path.Combine(_api.DataFolder, FirstOperator.FileName);
        Assert.Equal(200, (await _api.LoginAsync(Email, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))).Status);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_host_that_died_before_its_operator_was_written_goes_on_with_the_password_it_had_kept()
    {
        Directory.CreateDirectory(_api.DataFolder);
        await File.WriteAllTextAsync(Path.Combine(_api.DataFolder, FirstOperator.FileName), "kept by the host before", TestContext.Current.CancellationToken);
        await _api.StartAsync("Development");
        await CreatedAsync();
        Assert.Equal(200, (await _api.LoginAsync(Email, "kept by the host before")).Status);
    }

    [Fact(Timeout = 60_000)]
    public async Task In_Production_the_first_start_needs_a_password_and_others_do_not()
    {
        await using (var first = new ApiFixture())
        {
            var refused = await Assert.ThrowsAsync<StartupException>(() => first.StartAsync("Production", proxied: null, "--WALLETGRAINS_OPERATOR_PASSWORD="));
            Assert.Contains("WALLETGRAINS_OPERATOR_PASSWORD is missing", refused.Message, StringComparison.Ordinal);
        }

        await _api.StartAsync("Production");
        await CreatedAsync();
        await using var next = new ApiFixture { Beside = _api };
        await next.StartAsync("Production", proxied: null, "--WALLETGRAINS_OPERATOR_PASSWORD=");
        Assert.False(File.Exists(Path.Combine(next.DataFolder, FirstOperator.FileName)));
        Assert.Equal(200, (await next.LoginAsync(Email)).Status);
    }

    private async Task CreatedAsync()
    {
        while (await _api.Grains.GetGrain<IUserGrain>(UserId).GetAsync() is null)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }
}
