using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Auth;
using WalletGrains.Api.OpenApi;
using WalletGrains.Contracts.Users;
using Xunit;

namespace WalletGrains.Api.Tests.Auth;

/// <summary>Asks every endpoint there is as everybody there is, and compares the answers with what the endpoint declares.</summary>
[Collection(ApiTests.Name)]
public sealed class AccessMatrixTests(ApiFixture api)
{
    [Fact]
    public async Task Every_endpoint_answers_everybody_as_it_declares()
    {
        var callers = await CallersAsync();
        var wrong = new List<string>();
        var (endpoints, answers, refusals) = (0, 0, 0);
        foreach (var endpoint in api.Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<Operation>() is not null))
        {
            endpoints++;
            var access = endpoint.Metadata.GetMetadata<Access>()!;
            var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Single();
            foreach (var (name, role, scopes, send) in callers)
            {
                var reply = await send(new HttpMethod(method), endpoint.RoutePattern.RawText!.Replace("{id}", Guid.CreateVersion7().ToString(), StringComparison.Ordinal));
                var expected = access.IsOpen ? "an answer"
                    : role is null ? "401"
                    : access.IsFor(role.Value, selfFunding: true) && (scopes is null || (access.Scope & scopes) != Scopes.None) ? "an answer"
                    : "403";

                // An open endpoint may refuse what it was asked with 401, such as a password; no other code means that one may not ask.
                var actual = reply.Status switch { 401 when !access.IsOpen => "401", 403 => "403", < 500 => "an answer", _ => "a failure" };
                answers++;
                refusals += actual is "401" or "403" ? 1 : 0;
                if (actual != expected)
                {
                    wrong.Add($"{method} {endpoint.RoutePattern.RawText} ({access}) as {name}: {expected} was due, {reply.Status} came: {reply.Text}");
                }
            }
        }

        TestContext.Current.SendDiagnosticMessage($"Authorization matrix: {endpoints} endpoints x {callers.Count} callers = {answers} answers, {refusals} of them refusals");
        TestContext.Current.TestOutputHelper?.WriteLine($"{endpoints} endpoints x {callers.Count} callers = {answers} answers, {refusals} of them refusals");
        Assert.Empty(wrong);
        Assert.True(endpoints >= 50, $"Only {endpoints} endpoints were found.");
    }

    /// <summary>What an endpoint declares may itself be a mistake: who may use what is written down a second time, and read when it changes.</summary>
    [Fact]
    public void Who_may_use_what_is_as_it_was_agreed()
    {
        var agreed = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Auth", "AccessMatrix.txt"));
        var declared = api.Endpoints
            .Where(endpoint => endpoint.Metadata.GetMetadata<Operation>() is not null)
            .Select(endpoint => $"{endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Single()} {endpoint.RoutePattern.RawText}: {endpoint.Metadata.GetMetadata<Access>()}")
            .ToList();
        Assert.Empty(declared.Except(agreed));
        Assert.Empty(agreed.Except(declared));
    }

    [Fact]
    public void Every_endpoint_declares_who_may_use_it()
    {
        Assert.Empty(api.Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<Access>() is null).Select(endpoint => endpoint.DisplayName));
        Assert.Equal(
            api.Contract.Operations.Count(),
            api.Endpoints.Count(endpoint => endpoint.Metadata.GetMetadata<Operation>() is not null));
    }

    [Fact]
    public async Task An_endpoint_that_declares_nothing_ends_the_start()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        app.MapGet("/declared", static () => "").RequireAccess(Access.Open);
        app.CheckAccess();
        app.MapGet("/forgotten", static () => "");
        Assert.Contains("/forgotten", Assert.Throws<InvalidOperationException>(app.CheckAccess).Message, StringComparison.Ordinal);
    }

    /// <summary>Nobody, every role, and a key with each scope and with all of them.</summary>
    private async Task<List<(string Name, UserRole? Role, Scopes? Scopes, Func<HttpMethod, string, Task<Reply>> Send)>> CallersAsync()
    {
        // A session for each request: one of them logs out.
        var userId = (await api.RegisterAsync()).Caller.UserId;
        var callers = new List<(string, UserRole?, Scopes?, Func<HttpMethod, string, Task<Reply>>)>
        {
            ("nobody", null, null, (method, path) => SendAsync(api.Anonymous(), method, path)),
            ("somebody with a bad token", null, null, (method, path) => SendAsync(api.WithToken("none"), method, path)),
            ("a customer", UserRole.Customer, null, (method, path) => SendAsync(api.As(UserRole.Customer, userId), method, path)),
            ("a service", UserRole.Service, null, (method, path) => SendAsync(api.As(UserRole.Service, userId), method, path)),
            ("an operator", UserRole.Operator, null, (method, path) => SendAsync(api.As(UserRole.Operator, userId), method, path)),
        };
        foreach (var names in ScopeNames.All.Select(name => new[] { name }).Append([.. ScopeNames.All]))
        {
            var list = string.Join("\",\"", names);
            var created = await api.Operator().PostAsync("/ops/api-keys", $$"""{"name":"matrix","scopes":["{{list}}"]}""");
            var key = created.Json.GetProperty("key").GetString()!;
            callers.Add((
                $"a key with {string.Join(" ", names)}",
                UserRole.Service,
                ScopeNames.Parse(names),
                (method, path) => SendAsync(api.Anonymous(), method, path, (ApiKey.HeaderName, key))));
        }

        return callers;
    }

    private static Task<Reply> SendAsync(ApiCaller caller, HttpMethod method, string path, params (string Name, string Value)[] headers) =>
        caller.SendAsync(method, path, method == HttpMethod.Post || method == HttpMethod.Put || method == HttpMethod.Patch ? new StringContent("{}", Encoding.UTF8, "application/json") : null, headers);
}
