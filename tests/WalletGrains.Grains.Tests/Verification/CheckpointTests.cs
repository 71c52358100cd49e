using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Contracts.Verification;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Checkpoints;
using WalletGrains.Grains.Signing;
using WalletGrains.Grains.Tests.Wallets;
using WalletGrains.Journal.Verifying;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.Verification;

/// <summary>Checkpoints: what is in them, who signed them, and what they find that nothing else does.</summary>
public sealed class CheckpointTests : IAsyncLifetime
{
    private readonly Books _books = new();
    private readonly TestFolder _folder = TestFolders.Create("checkpoints");
    private readonly ManualTimeProvider _time = new();
    private readonly BookSigner _signer = BookSigner.FromPem(BookSigner.NewKeyPem());

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private PostgresCheckpoints Checkpoints => new(_books.Cluster.DataSource);

    private CheckpointWriter Writer => new(Checkpoints, _signer, new CheckpointFolder(_folder.Path), _time, NullLogger<CheckpointWriter>.Instance);

    public ValueTask InitializeAsync() => _books.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        _signer.Dispose();
        await _books.DisposeAsync();
        await _folder.DisposeAsync();
    }

    [Fact]
    public async Task A_checkpoint_is_a_plain_text_that_openssl_verifies()
    {
        var walletId = await _books.OpenWithHistoryAsync();
        var row = await Writer.WriteAsync(Cancelled);
        var path = Path.Combine(_folder.Path, row.File);

        var head = (await _books.Histories.FindWalletAsync(walletId, Cancelled))!.Head;
        var lines = await File.ReadAllLinesAsync(path, Cancelled);
        Assert.Equal("walletgrains-checkpoint-v1 2030-01-01T12:00:00.000Z", lines[0]);
        Assert.Contains($"{walletId} 14 {Convert.ToHexStringLower(head.HeadHash.Span)}", lines);
        Assert.Equal("wallets 2", lines[^1]);
        Assert.Equal(4, lines.Length);

        Assert.Equal("checkpoint-2030-01-01T120000.000Z", row.File);
        Assert.Equal(SHA256.HashData(await File.ReadAllBytesAsync(path, Cancelled)), row.Sha256);
        Assert.Equal(row.Signature, await File.ReadAllBytesAsync(path + ".sig", Cancelled));
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
        Assert.Equal((row.File, 2L, _signer.KeyId), (await Checkpoints.ReadNewestAsync(10, Cancelled)).Select(kept => (kept.File, kept.Wallets, kept.KeyId)).Single());
        Assert.Equal((true, "Verified OK"), await OpensslAsync(path));

        await File.AppendAllTextAsync(path, "\n", Cancelled);
        Assert.False((await OpensslAsync(path)).Verified);
        Assert.False(await CheckpointComparison.IsSignedAsync(path, _signer.PublicKeyPem!, Cancelled));
    }

    [Fact]
    public async Task Old_checkpoints_are_kept_and_true_histories_agree_with_all_of_them()
    {
        var walletId = await _books.OpenWithHistoryAsync();
        var first = await Writer.WriteAsync(Cancelled);
        await _books.DoAsync(walletId, new Deposit(WalletCluster.NewRequest(), WalletCluster.Usd(1)));
        await _books.Cluster.OpenAsync();
        _time.Advance(TimeSpan.FromDays(1));
        var second = await Writer.WriteAsync(Cancelled);

        Assert.Equal(4, Directory.GetFiles(_folder.Path).Length);
        Assert.Equal([second.File, first.File], (await Checkpoints.ReadNewestAsync(10, Cancelled)).Select(row => row.File));
        Assert.Empty(await CompareAsync(first));
        Assert.Empty(await CompareAsync(second));
    }

    [Fact]
    public async Task A_history_that_was_rewritten_as_a_whole_is_found_by_the_checkpoint_alone()
    {
        var walletId = await _books.OpenWithHistoryAsync();
        await _books.OpenWithHistoryAsync();
        var checkpoint = await Writer.WriteAsync(Cancelled);
        await Rewriting.RewriteAsync(_books, walletId, entry => entry.Version == 13 ? entry with { Description = "other words" } : entry);

        Assert.True((await _books.Verifier.VerifyAsync(walletId, null, Cancelled))!.IsValid);
        Assert.Empty((await _books.ReconcileAsync()).Differences);
        Assert.Equal(
            [new WalletVerdict(walletId, 0, 14, "the history up to it was rewritten since the checkpoint of 2030-01-01T12:00:00.000Z")],
            await CompareAsync(checkpoint));
        Assert.Empty(await CompareAsync(checkpoint, only: Guid.CreateVersion7()));
    }

    [Fact]
    public async Task Wallets_and_entries_that_vanished_without_a_trace_are_found()
    {
        var (cut, gone, reopened) = (await _books.OpenWithHistoryAsync(), await _books.Cluster.OpenAsync(), await _books.Cluster.OpenAsync());
        var checkpoint = await Writer.WriteAsync(Cancelled);
        await _books.FalsifyAsync("delete from entries where wallet_id = $1", cut);
        await _books.FalsifyAsync("delete from wallets where wallet_id = $1", gone);
        await _books.FalsifyAsync("update wallets set created_at = created_at - interval '1 day', updated_at = created_at - interval '1 day' where wallet_id = $1", reopened);

        Assert.Equal(
            [(cut, 1L, "it and all up to version 14 were removed"), (gone, 0L, "the wallet was removed"), (reopened, 0L, "the history up to it was rewritten")],
            (await CompareAsync(checkpoint)).Select(verdict => (verdict.WalletId, verdict.FirstBrokenVersion!.Value, verdict.Reason!.Split(" since")[0])).OrderBy(found => found.WalletId));
    }

    [Theory]
    [InlineData(13, 14, "the entry was removed")]
    [InlineData(2, 3, "it and all up to version 14 were removed")]
    public async Task Of_a_history_that_was_cut_the_first_missing_version_is_named(int left, long version, string reason)
    {
        var walletId = await _books.OpenWithHistoryAsync();
        var checkpoint = await Writer.WriteAsync(Cancelled);
        await _books.FalsifyAsync("delete from entries where wallet_id = $1 and version > $2", walletId, left);
        await _books.FalsifyAsync("update wallets set version = $2 where wallet_id = $1", walletId, left);

        Assert.Equal(
            [new WalletVerdict(walletId, 0, version, $"{reason} since the checkpoint of 2030-01-01T12:00:00.000Z")],
            await CompareAsync(checkpoint));
    }

    [Theory]
    [InlineData("")]
    [InlineData("something else\n")]
    [InlineData("walletgrains-checkpoint-v1 2030-01-01T12:00:00.000Z\n")]
    [InlineData("walletgrains-checkpoint-v1 2030-01-01T12:00:00.000Z\nwallets 1\n")]
    [InlineData("walletgrains-checkpoint-v1 2030-01-01T12:00:00.000Z\nx 1 00\nwallets 1\n")]
    public async Task A_file_that_is_no_whole_checkpoint_is_refused(string text)
    {
        Directory.CreateDirectory(_folder.Path);
        var path = Path.Combine(_folder.Path, "checkpoint");
        await File.WriteAllTextAsync(path, text, Cancelled);
        await Assert.ThrowsAsync<FormatException>(() => new CheckpointComparison(_books.Histories).CompareAsync(path, [], _ => { }, Cancelled));
    }

    [Fact]
    public async Task There_is_one_a_day_however_often_it_is_looked_for()
    {
        var grain = new CheckpointGrain(Writer, Checkpoints, _signer, _time, NullLogger<CheckpointGrain>.Instance);
        for (var hour = 0; hour < 36; hour++)
        {
            await grain.WriteDueAsync();
            _time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(
            ["checkpoint-2030-01-02T000000.000Z", "checkpoint-2030-01-01T120000.000Z"],
            (await Checkpoints.ReadNewestAsync(10, Cancelled)).Select(row => row.File));
    }

    [Fact]
    public async Task A_checkpoint_of_a_clock_that_was_ahead_does_not_end_the_others()
    {
        var grain = new CheckpointGrain(Writer, Checkpoints, _signer, _time, NullLogger<CheckpointGrain>.Instance);
        await grain.WriteDueAsync();
        await _books.FalsifyAsync("update checkpoints set taken_at = taken_at + interval '1 year'");
        _time.Advance(TimeSpan.FromHours(1));
        for (var day = 0; day < 3; day++)
        {
            await grain.WriteDueAsync();
            await grain.WriteDueAsync();
            _time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(4, (await Checkpoints.ReadNewestAsync(100, Cancelled)).Count);
    }

    [Fact]
    public void A_folder_that_cannot_be_flushed_says_so()
    {
        Directory.CreateDirectory(_folder.Path);
        Assert.True(FolderSync.Flush(_folder.Path));
        Prerequisite.Require(!OperatingSystem.IsWindows(), "Windows flushes no folders.");
        Assert.Contains("No such file", Assert.Throws<IOException>(() => FolderSync.Flush(Path.Combine(_folder.Path, "missing"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_system_that_flushes_no_folders_is_no_failure()
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "Only Linux has a file system of this kind everywhere.");
        Assert.False(FolderSync.Flush("/proc"));
    }

    [Fact]
    public async Task Where_folders_cannot_be_flushed_a_checkpoint_is_recorded_all_the_same_and_it_is_said_once()
    {
        var log = new ListedLog<CheckpointWriter>();
        var writer = new CheckpointWriter(Checkpoints, _signer, new CheckpointFolder(_folder.Path), _time, log) { FlushNames = _ => false };
        var first = await writer.WriteAsync(Cancelled);
        _time.Advance(TimeSpan.FromDays(1));
        var second = await writer.WriteAsync(Cancelled);

        Assert.Equal([second.File, first.File], (await Checkpoints.ReadNewestAsync(10, Cancelled)).Select(row => row.File));
        Assert.Equal([(1504, LogLevel.Warning)], log.Lines);
    }

    [Fact]
    public async Task Every_new_folder_has_its_name_flushed()
    {
        var flushed = new List<string>();
        Directory.CreateDirectory(_folder.Path);
        var (first, second) = (Path.Combine(_folder.Path, "a"), Path.Combine(_folder.Path, "a", "b"));
        var folder = new CheckpointFolder(second + Path.DirectorySeparatorChar);
        var writer = new CheckpointWriter(Checkpoints, _signer, folder, _time, NullLogger<CheckpointWriter>.Instance)
        {
            FlushNames = path =>
            {
                flushed.Add(Path.TrimEndingDirectorySeparator(path));
                return true;
            },
        };
        await writer.WriteAsync(Cancelled);

        Assert.Equal([_folder.Path, first, second], flushed);
    }

    [Fact]
    public async Task Without_a_key_there_are_none()
    {
        var grain = new CheckpointGrain(
            new CheckpointWriter(Checkpoints, BookSigner.Off, new CheckpointFolder(_folder.Path), _time, NullLogger<CheckpointWriter>.Instance), Checkpoints, BookSigner.Off, _time, NullLogger<CheckpointGrain>.Instance);
        await grain.WriteDueAsync();
        Assert.Null(await grain.WriteAsync());
        Assert.Empty(await Checkpoints.ReadNewestAsync(10, Cancelled));
    }

    [Fact]
    public void Only_a_private_key_of_the_curve_is_a_key()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2_048);
        foreach (var pem in new[] { "", "nonsense", _signer.PublicKeyPem!, other.ExportPkcs8PrivateKeyPem(), rsa.ExportPkcs8PrivateKeyPem() })
        {
            Assert.Throws<ArgumentException>(() => BookSigner.FromPem(pem));
        }
    }

    private async Task<List<WalletVerdict>> CompareAsync(CheckpointRow checkpoint, params Guid[] only)
    {
        var path = Path.Combine(_folder.Path, checkpoint.File);
        Assert.True(await CheckpointComparison.IsSignedAsync(path, _signer.PublicKeyPem!, Cancelled));
        var found = new List<WalletVerdict>();
        await new CheckpointComparison(_books.Histories).CompareAsync(path, only, found.Add, Cancelled);
        return found;
    }

    private async Task<(bool Verified, string Output)> OpensslAsync(string path)
    {
        Prerequisite.Require(
            Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "openssl"))),
            "openssl is not on PATH.");
        var key = path + ".pem";
        await File.WriteAllTextAsync(key, _signer.PublicKeyPem, Cancelled);
        using var openssl = Process.Start(
            new ProcessStartInfo("openssl", ["dgst", "-sha256", "-verify", key, "-signature", path + ".sig", path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await openssl.StandardOutput.ReadToEndAsync(Cancelled);
        await openssl.WaitForExitAsync(Cancelled);
        File.Delete(key);
        return (openssl.ExitCode == 0, output.Trim());
    }
}
