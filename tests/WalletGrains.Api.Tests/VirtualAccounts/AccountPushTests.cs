using WalletGrains.Api.Tests.Push;
using WalletGrains.Simulators.Faults;
using Xunit;

namespace WalletGrains.Api.Tests.VirtualAccounts;

/// <summary>The number of a new virtual account reaches whoever waits for it.</summary>
[Collection(BankTests.Name)]
public sealed class AccountPushTests(BankFixture bank)
{
    [Fact]
    public async Task A_user_who_is_connected_when_the_account_is_made_is_told_its_number_and_nobody_else_is()
    {
        await using var clients = JavaScriptClients.Start(bank.Api.Address);
        await using var jobs = await bank.BeginAsync();
        await bank.Admin.SetFaultsAsync(new FaultRule("globus.create-account", FaultKind.ErrorBefore));
        var (ada, _, walletId) = await bank.Api.RegisterAsync();
        await jobs.DeadAsync(BankFixture.Creation, walletId.ToString());
        var (obi, _, obisWallet) = await bank.Api.RegisterAsync();
        await jobs.DeadAsync(BankFixture.Creation, obisWallet.ToString());
        await clients.ConnectedAsync("ada", ada.Token, resume: $$"""{"{{walletId}}":0}""");
        await clients.ConnectedAsync("obi", obi.Token, resume: null);

        await bank.Admin.SetFaultsAsync();
        await bank.RetryAsync(jobs, BankFixture.Creation, walletId.ToString());
        var told = Assert.Single(await clients.AccountsAsync("ada", 1));
        var account = (await ada.GetAsync($"/wallets/{walletId}/virtual-account")).Json;
        Assert.Equal(
            $$"""{"walletId":"{{walletId}}","version":0,"reason":"VIRTUAL_ACCOUNT","balance":0,"available":0,"currency":"NGN","occurredAt":{{told.GetProperty("occurredAt").GetRawText()}},"accountNumber":{{account.GetProperty("accountNumber").GetRawText()}}}""",
            told.GetRawText());

        // Had obi been told of ada's, it would be before its own.
        await bank.RetryAsync(jobs, BankFixture.Creation, obisWallet.ToString());
        Assert.Equal(obisWallet, Assert.Single(await clients.AccountsAsync("obi", 1)).GetProperty("walletId").GetGuid());
    }

    [Fact]
    public async Task Whoever_comes_later_is_told_by_Resume_behind_what_was_missed()
    {
        await using var clients = JavaScriptClients.Start(bank.Api.Address);
        await using var jobs = await bank.BeginAsync();
        var (caller, walletId, number) = await bank.RegisterAsync(jobs);
        await caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":7}""");
        await clients.ConnectedAsync("late", caller.Token, resume: $$"""{"{{walletId}}":0}""");
        var told = Assert.Single(await clients.AccountsAsync("late", 1));
        Assert.Equal((number, 1, 7m), (told.GetProperty("accountNumber").GetString(), told.GetProperty("version").GetInt32(), told.GetProperty("balance").GetDecimal()));
        Assert.Equal("FUND", Assert.Single(await clients.UpdatesAsync("late", walletId, 1)).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Somebody_elses_account_is_not_told_by_Resume()
    {
        await using var clients = JavaScriptClients.Start(bank.Api.Address);
        await using var jobs = await bank.BeginAsync();
        var (_, others, _) = await bank.RegisterAsync(jobs);
        var (caller, own, _) = await bank.RegisterAsync(jobs);
        await clients.ConnectedAsync("curious", caller.Token, resume: $$"""{"{{others}}":0,"{{own}}":0}""");
        Assert.Equal(own, Assert.Single(await clients.AccountsAsync("curious", 1)).GetProperty("walletId").GetGuid());
    }
}
