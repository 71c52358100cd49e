using System.Diagnostics;
using System.Text.Json.Nodes;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Proofs;

/// <summary>Receipts, checked with the very commands that docs/verification.md tells customers to run.</summary>
[Collection(ApiTests.Name)]
public sealed class ReceiptTests(ApiFixture api)
{
    [Fact]
    public async Task A_customer_checks_a_receipt_offline_with_the_documented_commands()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(100);
        await caller.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":2.5,"description":"for \"Ada\" é 你 😀 <b> \\ '"}""");
        var history = (await caller.GetAsync($"/wallet/{walletId}/history")).Json.GetProperty("items");
        foreach (var item in history.EnumerateArray())
        {
            var receipt = await caller.GetAsync($"/transactions/{item.GetProperty("id").GetString()}/receipt");
            Assert.True(receipt.Status == 200, receipt.Text);
            var (exitCode, output) = await CheckAsync(receipt.Text);
            Assert.True(exitCode == 0, output);
            Assert.Contains("Verified OK", output, StringComparison.Ordinal);
            Assert.Contains(item.GetProperty("id").GetString()!, output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("content", "The content is not what was hashed.")]
    [InlineData("previousHash", "The content is not what was hashed.")]
    [InlineData("hash", "The content is not what was hashed.")]
    [InlineData("signedText", "Something else was signed.")]
    [InlineData("signature", "Verification failure")]
    public async Task A_receipt_that_was_changed_does_not_pass(string member, string complaint)
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(100);
        var id = (await caller.GetAsync($"/wallet/{walletId}/history")).Json.GetProperty("items")[0].GetProperty("id").GetString();
        var receipt = JsonNode.Parse((await caller.GetAsync($"/transactions/{id}/receipt")).Text)!.AsObject();
        var text = receipt[member]!.GetValue<string>();

        // One letter within a number: still base64, and still a signature in DER.
        var middle = text.Length / 3;
        receipt[member] = text[..middle] + (text[middle] == 'A' ? 'B' : 'A') + text[(middle + 1)..];

        var (exitCode, output) = await CheckAsync(receipt.ToJsonString());
        Assert.NotEqual(0, exitCode);
        Assert.Contains(complaint, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receipt_is_for_the_owner()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(100);
        var id = (await caller.GetAsync($"/wallet/{walletId}/history")).Json.GetProperty("items")[0].GetProperty("id").GetString();
        (await api.Customer().GetAsync($"/transactions/{id}/receipt")).AssertProblem(404, "NOT_FOUND");
        (await caller.GetAsync($"/transactions/{Guid.CreateVersion7()}/receipt")).AssertProblem(404, "NOT_FOUND");
        (await caller.GetAsync("/transactions/x/receipt")).AssertProblem(400, "VALIDATION");
        Assert.Equal(200, (await api.Operator().GetAsync($"/transactions/{id}/receipt")).Status);
    }

    [Fact]
    public async Task Anybody_may_have_the_public_key()
    {
        var key = await api.Anonymous().GetAsync("/signing-key");
        Assert.Equal(200, key.Status);
        Assert.StartsWith("-----BEGIN PUBLIC KEY-----", key.Json.GetProperty("publicKey").GetString(), StringComparison.Ordinal);
        Assert.Equal(32, key.Json.GetProperty("keyId").GetString()!.Length);
    }

    [Fact]
    public async Task An_operator_writes_a_checkpoint_and_finds_it_in_the_list()
    {
        await api.Customer().OpenWalletAsync(1);
        var written = await api.Operator().PostAsync("/ops/checkpoints", "");
        Assert.True(written.Status == 201, written.Text);
        Assert.True(written.Json.GetProperty("wallets").GetInt64() > 0);
        var listed = await api.Operator().GetAsync("/ops/checkpoints");
        Assert.Contains(written.Text, listed.Text, StringComparison.Ordinal);
        (await api.Customer().GetAsync("/ops/checkpoints")).AssertProblem(403, "FORBIDDEN");
        (await api.Service().PostAsync("/ops/checkpoints", "")).AssertProblem(403, "FORBIDDEN");
    }

    private async Task<(int ExitCode, string Output)> CheckAsync(string receipt)
    {
        foreach (var program in new[] { "bash", "jq", "openssl" })
        {
            Prerequisite.Require(
                Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program))),
                $"{program} is not on PATH.");
        }

        await using var folder = TestFolders.Create("receipt");
        Directory.CreateDirectory(folder.Path);
        var cancelled = TestContext.Current.CancellationToken;
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "receipt.json"), receipt, cancelled);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "signing-key.json"), (await api.Anonymous().GetAsync("/signing-key")).Text, cancelled);
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", await DocumentedCommandsAsync()])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, errors) = (bash.StandardOutput.ReadToEndAsync(cancelled), bash.StandardError.ReadToEndAsync(cancelled));
        await bash.WaitForExitAsync(cancelled);
        return (bash.ExitCode, await output + await errors);
    }

    private static async Task<string> DocumentedCommandsAsync()
    {
        using var reader = new StreamReader(typeof(ReceiptTests).Assembly.GetManifestResourceStream("verification.md")!);
        var chapter = (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).Split("## Check a receipt")[1];
        return chapter.Split("```bash")[1].Split("```")[0];
    }
}
