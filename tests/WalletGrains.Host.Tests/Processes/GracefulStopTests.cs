using System.Collections.Concurrent;
using System.Net;
using System.Runtime.Versioning;
using WalletGrains.Testing.Processes;
using Xunit;

namespace WalletGrains.Host.Tests.Processes;

/// <summary>A stop in the middle of traffic.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class GracefulStopTests
{
    private const int Clients = 16;

    [Fact(Timeout = 300_000)]
    public async Task SIGTERM_under_load_cuts_no_request_and_ready_says_it_first()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var folders = new HostFolders();
        Guid walletId;
        int paidIn;
        using (var host = await HostProcessUnderTest.StartAsync(folders, new Dictionary<string, string> { ["Shutdown__NoticeSeconds"] = "2" }))
        using (var bank = new BankClient(host.Address))
        {
            await bank.SignInAsync(cancellation);
            walletId = await bank.OpenWalletAsync(cancellation);
            var replies = new ConcurrentBag<Reply>();
            var clients = Enumerable.Range(0, Clients).Select(_ => Task.Run(() => DepositUntilRefusedAsync(bank, walletId, replies), cancellation)).ToList();
            while (replies.Count < 10 * Clients)
            {
                cancellation.ThrowIfCancellationRequested();
                await Task.Yield();
            }

            // The order to stop, then what a load balancer sees while customers are still served.
            var stopped = host.TerminateAsync();
            using var http = new HttpClient();
            var notReady = await AskUntilNotReadyAsync(http, host.Address, cancellation);
            var servedWhenNotReady = replies.Count;
            Assert.Contains("The host is stopping.", notReady, StringComparison.Ordinal);
            Assert.False(stopped.IsCompleted);

            await Task.WhenAll(clients);
            Assert.Equal(0, await stopped);
            Assert.True(replies.Count > servedWhenNotReady, "Nothing was served after ready had said that the host stops.");

            // In the end nobody is let in. A connection that the server never took from the system's queue is lost: nothing of it may have happened.
            Assert.Equal(Clients, replies.Count(reply => reply is Reply.NotDone { Code: "no connection" } or Reply.Unknown { Why: "connection lost" }));
            Assert.Equal(Clients, replies.Count(reply => reply is not Reply.Ok));
            paidIn = replies.Count(reply => reply is Reply.Ok);
        }

        using var again = await HostProcessUnderTest.StartAsync(folders);
        using var auditor = new BankClient(again.Address);
        await auditor.SignInAsync(cancellation);
        var wallet = Assert.IsType<Reply.Ok>(await auditor.GetAsync($"/wallet/{walletId}", cancellation));
        Assert.Equal(paidIn, wallet.Json.GetProperty("balance").GetDecimal());
    }

    [Fact]
    public async Task A_notice_that_leaves_no_time_to_finish_is_refused()
    {
        await using var folders = new HostFolders();
        var (exitCode, output) = await HostProcessUnderTest.RunToEndAsync(folders, new Dictionary<string, string> { ["Shutdown__NoticeSeconds"] = "15" });
        Assert.Equal(1, exitCode);
        Assert.Contains("Shutdown:NoticeSeconds is '15'", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_description_of_the_interface_is_written_without_a_host()
    {
        await using var folders = new HostFolders();
        var file = Path.Combine(folders.Root, "api.json");
        var (exitCode, output) = await HostProcessUnderTest.RunToEndAsync(folders, null, "openapi", file);
        Assert.True(exitCode == 0, output);
        using var document = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.True(document.RootElement.GetProperty("paths").TryGetProperty("/wallet/{id}/deposit", out _));
        Assert.False(Directory.Exists(folders.Data));
    }

    [Fact]
    public async Task The_console_writes_JSON_lines_where_they_are_asked_for()
    {
        await using var folders = new HostFolders();
        using var host = await HostProcessUnderTest.StartAsync(folders, new Dictionary<string, string> { ["WALLETGRAINS_LOG_FORMAT"] = "json" });
        Assert.Equal(0, await host.TerminateAsync());
        var logged = host.Output.Split('\n').Where(line => line.StartsWith('{')).ToList();
        Assert.NotEmpty(logged);
        Assert.All(logged, line => System.Text.Json.JsonDocument.Parse(line).Dispose());
    }

    private static async Task DepositUntilRefusedAsync(BankClient bank, Guid walletId, ConcurrentBag<Reply> replies)
    {
        Reply reply;
        do
        {
            reply = await bank.PostAsync($"/wallet/{walletId}/deposit", """{"amount":1}""", TestContext.Current.CancellationToken);
            replies.Add(reply);
        }
        while (reply is Reply.Ok);
    }

    private static async Task<string> AskUntilNotReadyAsync(HttpClient http, Uri address, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var ready = await http.GetAsync(new Uri(address, "/health/ready"), cancellationToken);
            if (ready.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                return await ready.Content.ReadAsStringAsync(cancellationToken);
            }
        }
    }
}
