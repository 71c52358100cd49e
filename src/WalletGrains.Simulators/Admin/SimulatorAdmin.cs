using WalletGrains.Simulators.Billers;
using WalletGrains.Simulators.Calls;
using WalletGrains.Simulators.Faults;
using WalletGrains.Simulators.Globus;
using WalletGrains.Simulators.T24;

namespace WalletGrains.Simulators.Admin;

/// <summary>
/// A client of the admin routes, for simulators in this process or in another. Whatever is refused is an
/// <see cref="HttpRequestException"/> with the reason in its message.
/// </summary>
/// <param name="address">The root of the simulators.</param>
public sealed class SimulatorAdmin(Uri address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(address, AdminEndpoints.Prefix + "/") };

    /// <summary>Forgets everything: books, tokens, faults, calls, reports that are still to be delivered. Calls in progress are not done any more.
    /// Where reports go is kept.</summary>
    public Task ResetAsync(long? seed = null) => PostAsync<FaultSettings>("reset", new ResetRequest(seed));

    /// <summary>Puts these rules in place of all others, and keeps the seed.</summary>
    public Task SetFaultsAsync(params IReadOnlyList<FaultRule> rules) => PutAsync<FaultSettings>("faults", new FaultSettings(rules));

    /// <summary>Puts these rules in place of all others.</summary>
    public Task SetFaultsAsync(long seed, params IReadOnlyList<FaultRule> rules) => PutAsync<FaultSettings>("faults", new FaultSettings(rules) { Seed = seed });

    /// <summary>Adds rules behind the others.</summary>
    public Task AddFaultsAsync(params IReadOnlyList<FaultRule> rules) => PostAsync<FaultSettings>("faults", new FaultSettings(rules));

    public async Task<IReadOnlyList<string>> HeldAsync() => (await GetAsync<HeldKeys>("held")).Keys;

    /// <summary>Lets held calls go on, the oldest first.</summary>
    /// <returns>Their keys, in their order.</returns>
    public async Task<IReadOnlyList<string>> ReleaseAsync(string route = "*", string? key = null, int count = int.MaxValue) =>
        (await PostAsync<HeldKeys>("held/release", new ReleaseRequest(route, key, count))).Keys;

    /// <summary>The calls that were received, oldest first.</summary>
    public Task<IReadOnlyList<CallRecord>> CallsAsync(string route = "*", string? key = null) => ListAsync<CallRecord>("calls", Filter(route, key));

    public Task<IReadOnlyList<CallSummary>> SummarizeCallsAsync() => GetAsync<IReadOnlyList<CallSummary>>("calls/summary");

    /// <summary>Waits until at least so many calls have been understood.</summary>
    /// <param name="route">The whole name of a route.</param>
    /// <param name="count">How many.</param>
    /// <param name="key">What they are about; null for anything.</param>
    /// <param name="answered">Whether to count only those that have been answered, though perhaps nobody was left to hear it.</param>
    /// <param name="waitSeconds">How long to wait at most, up to 60.</param>
    /// <returns>How many there are; below <paramref name="count"/> when there were not enough in time.</returns>
    public async Task<int> WaitForCallsAsync(string route, int count, string? key = null, bool answered = false, int waitSeconds = 30) =>
        (await GetAsync<Count>($"calls/count?atLeast={count}&waitSeconds={waitSeconds}{(answered ? "&answered=true" : "")}&{Filter(route, key)}")).Value;

    public Task<IReadOnlyList<VirtualAccount>> AccountsAsync() => ListAsync<VirtualAccount>("globus/accounts");

    public Task<IReadOnlyList<BankCredit>> CreditsAsync() => ListAsync<BankCredit>("globus/credits");

    /// <summary>A customer pays into an account; the bank books and reports it.</summary>
    public Task<BankCredit> PayInAsync(PayInRequest payment) => PostAsync<BankCredit>("globus/credits", payment);

    /// <summary>The bank reports a credit once more.</summary>
    public Task ReportAsync(string reference) => PostAsync<BankCredit>($"globus/credits/{Uri.EscapeDataString(reference)}/report", new { });

    /// <summary>From now on no token of the bank is good that was given out before.</summary>
    public Task RevokeTokensAsync() => PostAsync<object>("globus/tokens/revoke", new { });

    public Task SetWebhookAsync(WebhookSettings settings) => PutAsync<WebhookStatus>("globus/webhook", settings);

    public Task PauseWebhooksAsync() => PostAsync<WebhookStatus>("globus/webhook/pause", new { });

    public Task ResumeWebhooksAsync() => PostAsync<WebhookStatus>("globus/webhook/resume", new { });

    /// <summary>Waits until no delivery is waiting or under way.</summary>
    /// <param name="waitSeconds">How long to wait at most, up to 60; 0 only looks.</param>
    public Task<WebhookStatus> WaitForWebhooksAsync(int waitSeconds = 30) => GetAsync<WebhookStatus>($"globus/webhook?waitSeconds={waitSeconds}");

    /// <summary>Opens accounts of the core banking system, or changes those of the same number.</summary>
    public async Task SetCoreAccountsAsync(params IReadOnlyList<CoreAccount> accounts)
    {
        foreach (var chunk in accounts.Chunk(SimulatorLimits.MaxPage))
        {
            await PutAsync<object>("t24/accounts", new SetAccountsRequest(chunk));
        }
    }

    /// <summary>The core banking system books an amount.</summary>
    public Task<CoreAccount> BookAsync(string accountNumber, decimal amount) =>
        PostAsync<CoreAccount>($"t24/accounts/{Uri.EscapeDataString(accountNumber)}/transactions", new BookRequest(amount));

    public Task<IReadOnlyList<CoreAccount>> CoreAccountsAsync() => ListAsync<CoreAccount>("t24/accounts");

    public Task<IReadOnlyList<BillerPayment>> PaymentsAsync(string biller) => ListAsync<BillerPayment>($"billers/{biller}/payments");

    /// <summary>Ends a payment that is late.</summary>
    public Task<BillerPayment> SettleAsync(string biller, string reference, PaymentStatus status) =>
        PostAsync<BillerPayment>($"billers/{biller}/payments/{Uri.EscapeDataString(reference)}/settle", new SettleRequest(status));

    public void Dispose() => _http.Dispose();

    private static string Filter(string route, string? key) =>
        $"route={Uri.EscapeDataString(route)}" + (key is null ? "" : $"&key={Uri.EscapeDataString(key)}");

    private async Task<IReadOnlyList<T>> ListAsync<T>(string path, string filter = "")
    {
        List<T> all = [];
        long? next = 0;
        while (next is { } after)
        {
            var page = await GetAsync<Part<T>>($"{path}?limit={SimulatorLimits.MaxPage}&after={after}&{filter}");
            all.AddRange(page.Items);
            next = page.Next;
        }

        return all;
    }

    private async Task<T> GetAsync<T>(string path)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative));
        return await ReadAsync<T>(response);
    }

    private async Task<T> PostAsync<T>(string path, object body)
    {
        using var response = await _http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body, SimulatorJson.Options);
        return await ReadAsync<T>(response);
    }

    private async Task<T> PutAsync<T>(string path, object body)
    {
        using var response = await _http.PutAsJsonAsync(new Uri(path, UriKind.Relative), body, SimulatorJson.Options);
        return await ReadAsync<T>(response);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}", inner: null, response.StatusCode);
        }

        return (await response.Content.ReadFromJsonAsync<T>(SimulatorJson.Options))!;
    }

    private sealed record Count([property: System.Text.Json.Serialization.JsonPropertyName("count")] int Value);

    private sealed record Part<T>(IReadOnlyList<T> Items, long? Next = null, int? Total = null);
}
