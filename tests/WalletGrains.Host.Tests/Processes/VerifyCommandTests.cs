using Npgsql;
using WalletGrains.Grains.Signing;
using WalletGrains.Journal.Embedded;
using WalletGrains.Testing.Processes;
using Xunit;

namespace WalletGrains.Host.Tests.Processes;

/// <summary>The command that verifies histories, as a process beside the host and without it.</summary>
public sealed class VerifyCommandTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_tells_true_books_from_false_ones_beside_a_host_and_without_one()
    {
        await using var folders = new HostFolders();
        Guid walletId;
        using (var host = await HostProcessUnderTest.StartAsync(folders))
        {
            using var bank = new BankClient(host.Address);
            await bank.SignInAsync(Cancelled);
            walletId = await bank.OpenWalletAsync(Cancelled);
            for (var i = 0; i < 3; i++)
            {
                await bank.PostAsync($"/wallet/{walletId}/deposit", """{"amount":10}""", Cancelled);
            }

            var beside = await VerifyAsync(folders);
            Assert.True(beside.ExitCode == 0, beside.Output);
            Assert.Contains("Verified 1 wallets with 3 true entries: all is as it was written", beside.Output, StringComparison.Ordinal);
            Assert.Equal(0, await host.TerminateAsync());
        }

        var without = await VerifyAsync(folders, walletId.ToString());
        Assert.True(without.ExitCode == 0, without.Output);
        Assert.Null(folders.ServerProcessId);

        using (var host = await HostProcessUnderTest.StartAsync(folders))
        {
            await FalsifyAsync(folders, $"update entries set amount_minor = 7 where wallet_id = '{walletId}' and version = 2");
            var found = await VerifyAsync(folders);
            Assert.Equal(1, found.ExitCode);
            Assert.Contains($"Wallet {walletId} is broken at version 2: its column amount_minor is not what its content says", found.Output, StringComparison.Ordinal);
            Assert.Contains("Verified 1 wallets with 1 true entries: 1 wallets are broken", found.Output, StringComparison.Ordinal);
            Assert.Equal(1, (await VerifyAsync(folders, Guid.CreateVersion7().ToString())).ExitCode);
            Assert.Equal(0, await host.TerminateAsync());
        }
    }

    [Fact]
    public async Task A_checkpoint_finds_what_the_histories_alone_do_not_tell()
    {
        await using var folders = new HostFolders();
        using var host = await HostProcessUnderTest.StartAsync(folders);
        using var bank = new BankClient(host.Address);
        await bank.SignInAsync(Cancelled);
        var walletId = await bank.OpenWalletAsync(Cancelled);
        await bank.PostAsync($"/wallet/{walletId}/deposit", """{"amount":10}""", Cancelled);
        await bank.PostAsync("/ops/checkpoints", "{}", Cancelled);
        var checkpoint = Assert.Single(Directory.GetFiles(Path.Combine(folders.Data, "checkpoints")), file => !file.EndsWith(".sig", StringComparison.Ordinal));
        Assert.True(OperatingSystem.IsWindows()
            || File.GetUnixFileMode(Path.Combine(folders.Data, "signing-key.pem")) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));

        var agrees = await VerifyAsync(folders, "--checkpoint", checkpoint);
        Assert.True(agrees.ExitCode == 0, agrees.Output);
        Assert.Contains("Compared 1 wallets with the checkpoint of 20", agrees.Output, StringComparison.Ordinal);

        // The wallet never had its deposit, if one believes the database.
        await FalsifyAsync(folders, $"delete from entries where wallet_id = '{walletId}'");
        await FalsifyAsync(folders, $"delete from wallets where wallet_id = '{walletId}'");
        Assert.Equal(0, (await VerifyAsync(folders)).ExitCode);
        var found = await VerifyAsync(folders, "--checkpoint", checkpoint);
        Assert.Equal(1, found.ExitCode);
        Assert.Contains($"Wallet {walletId} is broken at version 1: the wallet was removed since the checkpoint", found.Output, StringComparison.Ordinal);

        var otherKey = Path.Combine(folders.Root, "other.pem");
        await File.WriteAllTextAsync(otherKey, BookSigner.NewKeyPem(), Cancelled);
        var forged = await VerifyAsync(folders, "--checkpoint", checkpoint, "--public-key", otherKey);
        Assert.Equal(1, forged.ExitCode);
        Assert.EndsWith("Verified 0 wallets with 0 true entries: the checkpoint is not what was signed", forged.Output.TrimEnd(), StringComparison.Ordinal);

        // A checkpoint that cannot be read keeps no history from being verified.
        File.Delete(checkpoint + ".sig");
        var unsigned = await VerifyAsync(folders, "--checkpoint", checkpoint);
        Assert.Equal(2, unsigned.ExitCode);
        Assert.Contains("Verified 0 wallets with 0 true entries: the checkpoint could not be compared", unsigned.Output, StringComparison.Ordinal);
        File.Delete(Path.Combine(folders.Data, "signing-key.pem"));
        var keyless = await VerifyAsync(folders, "--checkpoint", checkpoint);
        Assert.Equal(2, keyless.ExitCode);
        Assert.Contains("There is no key to check the checkpoint with", keyless.Output, StringComparison.Ordinal);
        Assert.Contains("Verified 0 wallets with 0 true entries: the checkpoint could not be compared", keyless.Output, StringComparison.Ordinal);
        var otherId = await bank.OpenWalletAsync(Cancelled);
        await FalsifyAsync(folders, $"update wallets set balance_minor = 1 where wallet_id = '{otherId}'");
        var broken = await VerifyAsync(folders, "--checkpoint", checkpoint + ".missing");
        Assert.Equal(1, broken.ExitCode);
        Assert.Contains($"Wallet {otherId} is broken at version 0: the head row has another balance", broken.Output, StringComparison.Ordinal);
        Assert.Contains("the checkpoint could not be compared, and 1 wallets are broken", broken.Output, StringComparison.Ordinal);
        Assert.Equal(0, await host.TerminateAsync());
    }

    [Theory]
    [InlineData("There is no database in")]
    [InlineData("'nonsense' is neither a wallet id nor an option", "nonsense")]
    [InlineData("ConnectionStrings__WalletGrains", "--ConnectionStrings:WalletGrains=nonsense")]
    [InlineData("The database cannot be read", "--ConnectionStrings:WalletGrains=Host=/nowhere;Username=nobody")]
    public async Task What_it_cannot_do_is_one_sentence_and_another_exit_code(string sentence, params string[] arguments)
    {
        await using var folders = new HostFolders();
        var (exitCode, output) = await VerifyAsync(folders, arguments);
        Assert.True(exitCode == 2, output);
        Assert.Contains(sentence, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    private static Task<(int ExitCode, string Output)> VerifyAsync(HostFolders folders, params string[] arguments) =>
        HostProcessUnderTest.RunToEndAsync(folders, null, ["verify", .. arguments]);

    private static async Task FalsifyAsync(HostFolders folders, string sql)
    {
        var found = await EmbeddedPostgres.FindAsync(Path.Combine(folders.Data, "postgres"), Cancelled);
        await using var source = NpgsqlDataSource.Create(found.ConnectionString!);
        await using var command = source.CreateCommand("set session_replication_role = replica; " + sql);
        await command.ExecuteNonQueryAsync(Cancelled);
    }
}
