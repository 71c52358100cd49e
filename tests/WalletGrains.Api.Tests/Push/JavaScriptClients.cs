using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Push;

/// <summary>
/// Connections of the standard JavaScript client, in a process of Node.js. <c>WALLETGRAINS_PUSH_CLIENT</c> is the folder where
/// <c>./test</c> has installed it.
/// </summary>
public sealed class JavaScriptClients : IAsyncDisposable
{
    public const string FolderVariable = "WALLETGRAINS_PUSH_CLIENT";

    /// <summary>Generous: only a broken test waits this long.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Uri _hub;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode?>> _asked = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private int _last;

    private JavaScriptClients(Process process, Uri hub) => (_process, _hub) = (process, hub);

    /// <summary>Starts Node.js.</summary>
    /// <param name="address">Where the host is.</param>
    /// <exception cref="PrerequisiteMissingException">There is no Node.js, or no client: the test is skipped, or fails under CI.</exception>
    public static JavaScriptClients Start(Uri address)
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        Prerequisite.Require(
            folder is not null && Directory.Exists(Path.Combine(folder, "node_modules", "@microsoft", "signalr")),
            $"The JavaScript client of SignalR is not installed: run ./test, which needs Node.js with npm for it, or set {FolderVariable}.");
        var start = new ProcessStartInfo("node", Path.Combine(AppContext.BaseDirectory, "Push", "js", "clients.mjs"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var clients = new JavaScriptClients(new Process { StartInfo = start, EnableRaisingEvents = true }, new Uri(address, "/hubs/wallet"));
        clients._process.OutputDataReceived += (_, line) => clients.Take(line.Data);
        clients._process.ErrorDataReceived += (_, line) => clients._errors.Enqueue(line.Data ?? "");
        clients._process.Exited += (_, _) => clients.End();
        clients._process.Start();
        clients._process.BeginOutputReadLine();
        clients._process.BeginErrorReadLine();
        return clients;
    }

    /// <summary>Connects; the words of the refusal, or null.</summary>
    /// <param name="id">The name of the connection in this test.</param>
    /// <param name="token">The access token.</param>
    /// <param name="inQuery">Sends the token in the query, as a browser does.</param>
    /// <param name="resume">What to resume at once; by default nothing, which ends the wait for a Resume. Null calls no Resume.</param>
    /// <param name="transport">WebSockets, ServerSentEvents or LongPolling.</param>
    public async Task<string?> ConnectAsync(string id, string? token, bool inQuery = false, string? resume = "{}", string transport = "WebSockets") =>
        (string?)await AskAsync("connect", new()
        {
            ["id"] = id,
            ["url"] = _hub.ToString(),
            ["token"] = token,
            ["inQuery"] = inQuery,
            ["resume"] = resume is null ? null : JsonNode.Parse(resume),
            ["transport"] = transport,
        });

    /// <summary>Connects without a refusal.</summary>
    public async Task ConnectedAsync(string id, string? token, string? resume = "{}") => Assert.Null(await ConnectAsync(id, token, resume: resume));

    /// <summary>Connects many, named by the prefix and numbers from 0; the refusals.</summary>
    public async Task<string[]> ConnectManyAsync(string prefix, IEnumerable<string> tokens) =>
        (await AskAsync("connectMany", new() { ["prefix"] = prefix, ["url"] = _hub.ToString(), ["tokens"] = new JsonArray([.. tokens.Select(token => (JsonNode)token)]), ["resume"] = new JsonObject() }))
            .Deserialize<string[]>()!;

    /// <summary>What Resume answers.</summary>
    public async Task<Dictionary<Guid, long>> ResumeAsync(string id, params (Guid WalletId, long Version)[] known) =>
        (await InvokeResumeAsync(id, new JsonObject(known.Select(of => KeyValuePair.Create(of.WalletId.ToString(), (JsonNode?)of.Version))))).Deserialize<Dictionary<Guid, long>>()!;

    /// <summary>Calls Resume with anything.</summary>
    public Task<JsonNode?> InvokeResumeAsync(string id, JsonNode? argument) =>
        AskAsync("invoke", new() { ["id"] = id, ["method"] = "Resume", ["argument"] = argument });

    /// <summary>Waits until the connection has this version of a wallet; everything that it got so far.</summary>
    public async Task<JsonElement[]> UpdatesAsync(string id, Guid walletId, long version) =>
        (await AskAsync("has", new() { ["id"] = id, ["versions"] = new JsonObject { [walletId.ToString()] = version } })).Deserialize<JsonElement[]>()!;

    /// <summary>Waits until each of the connections has its version of its wallet.</summary>
    public Task AllHaveAsync(IEnumerable<(string Id, Guid WalletId, long Version)> targets) => AskAsync("allHave", new()
    {
        ["targets"] = new JsonObject(targets.Select(target => KeyValuePair.Create(target.Id, (JsonNode?)new JsonObject { [target.WalletId.ToString()] = target.Version }))),
    });

    /// <summary>Waits until the connection got so many alerts; all that it got so far.</summary>
    public async Task<JsonElement[]> AlertsAsync(string id, int count) =>
        (await AskAsync("alerts", new() { ["id"] = id, ["count"] = count })).Deserialize<JsonElement[]>()!;

    /// <summary>Waits until the connection was told that a bill's payment has come so far; every step of payments that it was told of.</summary>
    public async Task<JsonElement[]> BillsAsync(string id, Guid paymentId, string status) =>
        (await AskAsync("bills", new() { ["id"] = id, ["paymentId"] = paymentId.ToString(), ["status"] = status })).Deserialize<JsonElement[]>()!;

    /// <summary>Waits until the connection was told of so many virtual accounts; all that it was told of so far.</summary>
    public async Task<JsonElement[]> AccountsAsync(string id, int count) =>
        (await AskAsync("accounts", new() { ["id"] = id, ["count"] = count })).Deserialize<JsonElement[]>()!;

    /// <summary>Waits until the connection has ended; what its client says about it.</summary>
    public async Task<string?> ClosedAsync(string id) => (string?)await AskAsync("closed", new() { ["id"] = id });

    /// <summary>Waits until all connections of this prefix have ended; how many they are.</summary>
    public async Task<int> AllClosedAsync(string prefix) => (int)(await AskAsync("allClosed", new() { ["prefix"] = prefix }))!;

    /// <summary>Ends a connection in good order.</summary>
    public Task StopAsync(string id) => AskAsync("stop", new() { ["id"] = id });

    /// <summary>Breaks a connection off, as a lost network does; everything that it got.</summary>
    public async Task<JsonElement[]> CutAsync(string id) => (await AskAsync("cut", new() { ["id"] = id })).Deserialize<JsonElement[]>()!;

    /// <summary>The connections of this prefix read nothing any more.</summary>
    public Task PauseAsync(string prefix) => AskAsync("pause", new() { ["prefix"] = prefix });

    /// <summary>They read again.</summary>
    public Task GoOnAsync(string prefix) => AskAsync("goOn", new() { ["prefix"] = prefix });

    /// <summary>What the connections of this prefix got, all together.</summary>
    public async Task<ClientSummary> SummaryAsync(string prefix) =>
        (await AskAsync("summary", new() { ["prefix"] = prefix })).Deserialize<ClientSummary>(JsonSerializerOptions.Web)!;

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Limit);
        _process.Dispose();
    }

    private async Task<JsonNode?> AskAsync(string what, JsonObject options)
    {
        var reference = Interlocked.Increment(ref _last);
        var answer = _asked[reference] = new TaskCompletionSource<JsonNode?>(TaskCreationOptions.RunContinuationsAsynchronously);
        options["ref"] = reference;
        options["do"] = what;
        lock (_process)
        {
            _process.StandardInput.WriteLine(options.ToJsonString());
            _process.StandardInput.Flush();
        }

        try
        {
            return await answer.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"Not within {Limit.TotalSeconds:0} s: {what} {options.ToJsonString()[..Math.Min(options.ToJsonString().Length, 500)]}\n{string.Join('\n', _errors)}", e);
        }
    }

    private void Take(string? line)
    {
        if (line is null || JsonNode.Parse(line) is not JsonObject answer || !_asked.TryRemove((int)answer["ref"]!, out var asked))
        {
            return;
        }

        if (answer["error"] is { } error)
        {
            asked.SetException(new JavaScriptException((string)error!));
        }
        else
        {
            asked.SetResult(answer["result"]);
        }
    }

    private void End()
    {
        foreach (var (_, asked) in _asked)
        {
            asked.TrySetException(new InvalidOperationException($"Node.js has ended:\n{string.Join('\n', _errors)}"));
        }
    }
}

/// <summary>What connections got, all together.</summary>
/// <param name="Clients">How many they are.</param>
/// <param name="Updates">How many updates.</param>
/// <param name="NotIncreasing">Updates whose version was not the next one behind what was skipped.</param>
/// <param name="Skipped">Versions that were left out, by their own word.</param>
/// <param name="P50">Milliseconds from decision to client: half of them.</param>
/// <param name="P99">99 of 100.</param>
/// <param name="Longest">All.</param>
public sealed record ClientSummary(int Clients, int Updates, int NotIncreasing, long Skipped, double P50, double P99, double Longest);

/// <summary>A call of the client failed with these words.</summary>
public sealed class JavaScriptException(string message) : Exception(message);
