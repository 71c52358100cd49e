using Npgsql;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Users;
using WalletGrains.Domain.VirtualAccounts;
using Xunit;

namespace WalletGrains.Api.Tests.VirtualAccounts;

/// <summary>Virtual accounts where no bank is configured.</summary>
[Collection(ApiTests.Name)]
public sealed class VirtualAccountTests(ApiFixture api)
{
    private const string Creation = "create-virtual-account";

    [Fact]
    public async Task A_new_users_wallet_gets_an_account_whose_number_follows_from_the_user()
    {
        await using var jobs = await JobWatch.StartAsync(api.ConnectionString);
        var (caller, _, walletId) = await api.RegisterAsync();

        // As early as this it is being made, or was: it is never unknown.
        var early = await caller.GetAsync($"/wallets/{walletId}/virtual-account");
        Assert.True(early.Status == 200 && early.Json.GetProperty("status").GetString() is "PENDING" or "ACTIVE", early.Text);

        await jobs.DoneAsync(Creation, walletId.ToString());
        var account = await caller.GetAsync($"/wallets/{walletId}/virtual-account");
        Assert.Equal(
            $$"""{"status":"ACTIVE","accountNumber":"{{Nuban.NumberOf("103", caller.UserId, 0)}}","accountName":"Ada Obi","bankName":"Mock Bank","provider":"mock"}""",
            account.Text);
    }

    [Fact]
    public async Task An_account_is_shown_to_those_who_may_see_the_wallet_and_to_nobody_else()
    {
        await using var jobs = await JobWatch.StartAsync(api.ConnectionString);
        var (_, _, walletId) = await api.RegisterAsync();
        await jobs.DoneAsync(Creation, walletId.ToString());
        Assert.Equal(200, (await api.Operator().GetAsync($"/wallets/{walletId}/virtual-account")).Status);
        (await api.Customer().GetAsync($"/wallets/{walletId}/virtual-account")).AssertProblem(404, "NOT_FOUND");
        (await api.Anonymous().GetAsync($"/wallets/{walletId}/virtual-account")).AssertProblem(401, "UNAUTHENTICATED");
        (await api.Customer().GetAsync($"/wallets/{Guid.CreateVersion7()}/virtual-account")).AssertProblem(404, "NOT_FOUND");
        (await api.Customer().GetAsync("/wallets/1/virtual-account")).AssertProblem(400, "VALIDATION");
    }

    [Fact]
    public async Task A_further_wallet_has_none()
    {
        var customer = api.Customer();
        (await customer.GetAsync($"/wallets/{await customer.OpenWalletAsync()}/virtual-account")).AssertProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task An_account_number_that_is_taken_is_followed_by_the_users_next_one()
    {
        await using var jobs = await JobWatch.StartAsync(api.ConnectionString);
        var userId = Guid.CreateVersion7();
        foreach (var taken in new[] { 0, 1 })
        {
            await jobs.ReadAsync(
                "insert into virtual_accounts values ($1, gen_random_uuid(), 'Other', '103', 'Mock Bank', 'mock', 'NGN', now())", Nuban.NumberOf("103", userId, taken));
        }

        await RegisterAsync(userId, $"{userId:N}@example.com");
        await jobs.DoneAsync(Creation, (await WalletOfAsync(userId)).ToString());
        Assert.Equal(
            Nuban.NumberOf("103", userId, 2), await jobs.ReadAsync("select account_number from virtual_accounts where wallet_id = $1", await WalletOfAsync(userId)));
    }

    [Fact]
    public async Task A_user_that_is_not_written_gets_no_job()
    {
        await using var jobs = await JobWatch.StartAsync(api.ConnectionString);
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await RegisterAsync(first, $"{first:N}@example.com");
        await RegisterAsync(second, $"{first:N}@example.com");
        Assert.Equal(1, await jobs.CountAsync("select count(*) from jobs where job_id = $1", first));
        Assert.Equal(0, await jobs.CountAsync("select count(*) from jobs where job_id = $1", second));
    }

    [Fact]
    public async Task The_account_of_a_closed_wallet_stays_and_no_row_ever_changes()
    {
        await using var jobs = await JobWatch.StartAsync(api.ConnectionString);
        var (caller, _, walletId) = await api.RegisterAsync();
        await jobs.DoneAsync(Creation, walletId.ToString());
        var before = (await caller.GetAsync($"/wallets/{walletId}/virtual-account")).Text;
        Assert.Equal(200, (await caller.PostAsync($"/wallet/{walletId}/close", "")).Status);
        Assert.Equal(before, (await caller.GetAsync($"/wallets/{walletId}/virtual-account")).Text);
        foreach (var change in new[] { "update virtual_accounts set wallet_id = gen_random_uuid()", "delete from virtual_accounts", "truncate virtual_accounts" })
        {
            await Assert.ThrowsAsync<PostgresException>(() => jobs.ReadAsync(change));
        }
    }

    private async Task RegisterAsync(Guid userId, string email) => await api.Grains.GetGrain<IUserGrain>(userId).RegisterAsync(
        new RegisterUser(email, "correct horse battery", "Ada Obi", null, UserRole.Customer, Currency.Parse("NGN")));

    private async Task<Guid> WalletOfAsync(Guid userId) => (await api.Grains.GetGrain<IUserGrain>(userId).GetAsync())!.WalletId!.Value;
}
