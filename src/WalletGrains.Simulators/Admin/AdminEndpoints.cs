using System.Globalization;
using WalletGrains.Simulators.Billers;
using WalletGrains.Simulators.Calls;
using WalletGrains.Simulators.Faults;
using WalletGrains.Simulators.Globus;
using WalletGrains.Simulators.T24;

namespace WalletGrains.Simulators.Admin;

/// <summary>What tests and demonstrations call: sets faults, makes things happen, and shows what really happened.</summary>
internal sealed class AdminEndpoints(
    FaultPlan faults, HeldCalls held, CallLog calls, Bank bank, BankTokens tokens, WebhookSender webhooks, CoreBanking core, IReadOnlyList<Biller> billers, TimeProvider time)
{
    public const string Prefix = "/admin";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        var admin = endpoints.MapGroup(Prefix);
        Map(admin, "POST", "/reset", ResetAsync);
        Map(admin, "GET", "/faults", _ => Done(ShownFaults()));
        Map(admin, "PUT", "/faults", ReplaceFaultsAsync);
        Map(admin, "POST", "/faults", AddFaultsAsync);
        Map(admin, "DELETE", "/faults", _ =>
        {
            faults.Replace(seed: null, []);
            return Done(ShownFaults());
        });
        Map(admin, "GET", "/held", _ => Done(new HeldKeys([.. held.List().Select(call => call.Key)])));
        Map(admin, "POST", "/held/release", ReleaseAsync);
        Map(admin, "GET", "/calls", ListCalls);
        Map(admin, "GET", "/calls/count", CountCallsAsync);
        Map(admin, "GET", "/calls/summary", _ => Done(calls.Summarize()));
        MapBank(admin.MapGroup("/globus"));
        MapCore(admin.MapGroup("/t24"));
        foreach (var biller in billers)
        {
            MapBiller(admin.MapGroup("/billers/" + biller.Profile.Code), biller);
        }
    }

    private void MapBank(RouteGroupBuilder globus)
    {
        Map(globus, "GET", "/accounts", request => Done(bank.Accounts(After(request), Limit(request))));
        Map(globus, "GET", "/credits", request => Done(bank.Credits(After(request), Limit(request))));
        Map(globus, "POST", "/credits", PayInAsync);
        Map(globus, "POST", "/tokens/revoke", _ =>
        {
            tokens.Revoke();
            return Done(new { revoked = true });
        });
        Map(globus, "PUT", "/webhook", ConfigureWebhookAsync);
        Map(globus, "GET", "/webhook", async request => Reply.Ok(await webhooks.WaitForNoneAsync(Wait(request), request.HttpContext.RequestAborted)));
        Map(globus, "POST", "/webhook/pause", _ =>
        {
            webhooks.Pause();
            return Done(webhooks.Status());
        });
        Map(globus, "POST", "/webhook/resume", _ =>
        {
            webhooks.Resume();
            return Done(webhooks.Status());
        });
        Map(globus, "POST", "/credits/{reference}/report", Report);
    }

    private void MapCore(RouteGroupBuilder t24)
    {
        Map(t24, "GET", "/accounts", request => Done(core.Accounts(After(request), Limit(request))));
        Map(t24, "PUT", "/accounts", async request =>
        {
            var accounts = (await SimulatorJson.ReadAsync<SetAccountsRequest>(request)).Accounts;
            RequireNoNull("accounts", accounts);
            foreach (var account in accounts)
            {
                Fields.RequireText("accountNumber", account.AccountNumber);
                Fields.RequireText("currency", account.Currency);
            }

            return core.TrySet(accounts) ? Reply.Ok(new { set = accounts.Count }) : Reply.Full;
        });
        Map(t24, "POST", "/accounts/{accountNumber}/transactions", async request =>
        {
            var body = await SimulatorJson.ReadAsync<BookRequest>(request);
            return core.Book(Part(request, "accountNumber"), body.Amount) is { } account ? Reply.Ok(account) : Reply.NotFound("account");
        });
    }

    private static void MapBiller(RouteGroupBuilder group, Biller biller)
    {
        Map(group, "GET", "/payments", request => Done(biller.Payments(After(request), Limit(request))));
        Map(group, "POST", "/payments/{reference}/settle", async request =>
        {
            var body = await SimulatorJson.ReadAsync<SettleRequest>(request);
            return biller.Settle(Part(request, "reference"), body.Status) is { } payment ? Reply.Ok(payment) : Reply.NotFound("pending payment");
        });
    }

    private async ValueTask<Reply> ResetAsync(HttpRequest request)
    {
        var body = await SimulatorJson.ReadAsync<ResetRequest>(request);

        // First: what was asked for before is not done on the new books.
        calls.Clear();
        held.Release("*", key: null, int.MaxValue);
        faults.Replace(body.Seed, []);
        webhooks.Clear();
        bank.Clear();
        tokens.Revoke();
        core.Clear();
        foreach (var biller in billers)
        {
            biller.Clear();
        }

        return Reply.Ok(ShownFaults());
    }

    private FaultSettings ShownFaults() => new([.. faults.Rules.Select(entry => entry.Rule)]) { Seed = faults.Seed };

    private async ValueTask<Reply> ReplaceFaultsAsync(HttpRequest request)
    {
        var body = await ReadFaultsAsync(request);
        faults.Replace(body.Seed, body.Rules);
        return Reply.Ok(ShownFaults());
    }

    private async ValueTask<Reply> AddFaultsAsync(HttpRequest request)
    {
        var body = await ReadFaultsAsync(request);
        if (body.Seed is not null)
        {
            throw new BadHttpRequestException("seed can only be set with PUT, in place of all rules.");
        }

        return faults.TryAdd(body.Rules) ? Reply.Ok(ShownFaults()) : throw new BadHttpRequestException(TooManyRules);
    }

    private static string TooManyRules => $"There can be {SimulatorLimits.MaxRules} rules.";

    private static async ValueTask<FaultSettings> ReadFaultsAsync(HttpRequest request)
    {
        var body = await SimulatorJson.ReadAsync<FaultSettings>(request);
        RequireNoNull("rules", body.Rules);
        if (body.Rules.Count > SimulatorLimits.MaxRules)
        {
            throw new BadHttpRequestException(TooManyRules);
        }

        return body.Rules.Select(rule => rule.Invalid()).FirstOrDefault(invalid => invalid is not null) is { } wrong
            ? throw new BadHttpRequestException(wrong)
            : body;
    }

    private async ValueTask<Reply> ReleaseAsync(HttpRequest request)
    {
        var body = await SimulatorJson.ReadAsync<ReleaseRequest>(request);
        return Reply.Ok(new HeldKeys(held.Release(body.Route, body.Key, body.Count)));
    }

    private ValueTask<Reply> ListCalls(HttpRequest request)
    {
        var limit = Limit(request);
        var found = calls.List(Optional(request, "route"), Optional(request, "key"), After(request), limit + 1);
        var page = found.Take(limit).ToList();
        return Done(new { items = page, next = found.Count > limit ? page[^1].Number : (long?)null });
    }

    private async ValueTask<Reply> CountCallsAsync(HttpRequest request)
    {
        var route = Optional(request, "route");
        if (route is null || !Routes.Names.Contains(route))
        {
            throw new BadHttpRequestException($"route must be one of {string.Join(", ", Routes.Names)}.");
        }

        var count = await calls.WaitAsync(
            route,
            Optional(request, "key"),
            Optional(request, "answered") == "true",
            Number(request, "atLeast", 0, int.MaxValue),
            Wait(request),
            request.HttpContext.RequestAborted);
        return Reply.Ok(new { count });
    }

    private async ValueTask<Reply> PayInAsync(HttpRequest request)
    {
        var body = await SimulatorJson.ReadAsync<PayInRequest>(request);
        if (body.AccountNumber is not { Length: Nuban.Length } || !body.AccountNumber.All(char.IsAsciiDigit))
        {
            throw new BadHttpRequestException($"accountNumber must have {Nuban.Length} digits.");
        }

        Fields.RequireAmount("amount", body.Amount);
        Fields.RequireText("currency", body.Currency);
        var now = time.GetUtcNow();
        var credit = new BankCredit(
            body.Reference ?? "GLB" + Guid.CreateVersion7(now).ToString("N"),
            body.AccountNumber,
            body.Amount,
            body.Currency,
            body.OccurredAt ?? now,
            body.SenderName,
            body.Narration);
        Fields.RequireText("reference", credit.Reference);
        if (bank.PayIn(credit) is { } refusal)
        {
            return refusal;
        }

        return !body.Notify || webhooks.TryReport(credit) ? Reply.Of(StatusCodes.Status201Created, credit) : Reply.Full;
    }

    /// <summary>Reports a credit once more, as a bank's operator would.</summary>
    private ValueTask<Reply> Report(HttpRequest request) =>
        bank.FindCredit(Part(request, "reference")) is not { } credit ? ValueTask.FromResult(Reply.NotFound("credit"))
        : webhooks.TryReport(credit) ? Done(credit)
        : ValueTask.FromResult(Reply.Full);

    private async ValueTask<Reply> ConfigureWebhookAsync(HttpRequest request)
    {
        var settings = await SimulatorJson.ReadAsync<WebhookSettings>(request);
        if (settings.Url is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
        {
            throw new BadHttpRequestException("url must be an absolute http or https address.");
        }

        if (settings.Secret is { } secret)
        {
            Fields.RequireText("secret", secret);
        }

        if (settings.Concurrency is < 1 or > SimulatorLimits.MaxWebhookConcurrency)
        {
            throw new BadHttpRequestException($"concurrency must be from 1 to {SimulatorLimits.MaxWebhookConcurrency}.");
        }

        if (settings.RedeliverMs < 1 || settings.RedeliverMs > SimulatorLimits.MaxRedeliveryPause.TotalMilliseconds)
        {
            throw new BadHttpRequestException($"redeliverMs must be from 1 to {SimulatorLimits.MaxRedeliveryPause.TotalMilliseconds}.");
        }

        webhooks.Configure(settings);
        return Reply.Ok(webhooks.Status());
    }

    private static void Map(RouteGroupBuilder group, string method, string pattern, Func<HttpRequest, ValueTask<Reply>> handle) =>
        group.MapMethods(pattern, [method], async context => await (await handle(context.Request)).SendAsync(context.Response));

    private static ValueTask<Reply> Done<T>(T body) => ValueTask.FromResult(Reply.Ok(body));

    private static void RequireNoNull<T>(string field, IReadOnlyList<T> items)
        where T : class
    {
        if (items.Contains(null))
        {
            throw new BadHttpRequestException($"{field} must not contain null.");
        }
    }

    private static string Part(HttpRequest request, string name) => (string)request.RouteValues[name]!;

    private static string? Optional(HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    private static int After(HttpRequest request) => Number(request, "after", 0, int.MaxValue);

    private static int Limit(HttpRequest request) => Number(request, "limit", 1_000, SimulatorLimits.MaxPage);

    private static TimeSpan Wait(HttpRequest request) => TimeSpan.FromSeconds(Number(request, "waitSeconds", 0, (int)SimulatorLimits.MaxWait.TotalSeconds));

    private static int Number(HttpRequest request, string name, int otherwise, int max)
    {
        if (Optional(request, name) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max
            ? number
            : throw new BadHttpRequestException($"{name} must be a number from 0 to {max}.");
    }
}
