using WalletGrains.Journal.Embedded;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests.Embedded;

/// <summary>Which binaries are taken, and what is said when none will do. Stand-in programs answer to <c>--version</c>.</summary>
public sealed class PostgresBinariesTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("postgres (PostgreSQL) 14.2", "is version 14.2")]
    [InlineData("postgres (PostgreSQL) 9.6.24", "is version 9.6")]
    [InlineData("mysqld 8.0", "does not say its version")]
    public async Task Programs_of_another_kind_or_age_are_refused_with_what_was_found(string printed, string objection)
    {
        await using var folder = TestFolders.Create("version");
        var bin = await FakeBinAsync(folder.Path, $"echo '{printed}'");

        var refused = await RefusalAsync(folder, bin);

        Assert.Equal(EmbeddedPostgresProblem.BinariesMissing, refused.Problem);
        Assert.Equal(
            $"No PostgreSQL 15 or newer was found ({bin} {objection}): install it, put its folder on the PATH, or set a connection string.",
            refused.Message);
    }

    [Fact]
    public async Task A_folder_without_programs_is_named()
    {
        await using var folder = TestFolders.Create("empty");
        var bin = Path.Combine(folder.Path, "nothing");

        var refused = await RefusalAsync(folder, bin);

        Assert.Contains($"({bin} has no postgres)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_that_do_not_run_are_refused_with_their_own_words()
    {
        await using var folder = TestFolders.Create("broken");
        var bin = await FakeBinAsync(folder.Path, "echo 'error while loading shared libraries: libicuuc.so.60' >&2; exit 127");

        var refused = await RefusalAsync(folder, bin);

        Assert.Contains("does not run: error while loading shared libraries: libicuuc.so.60", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_of_another_major_version_says_which_one_it_needs()
    {
        await using var folder = TestFolders.Create("major");
        var bin = await FakeBinAsync(folder.Path, "echo 'postgres (PostgreSQL) 17.4'");
        var cluster = Path.Combine(folder.Path, "data", "cluster");
        Directory.CreateDirectory(cluster);
        await File.WriteAllTextAsync(Path.Combine(cluster, "PG_VERSION"), "16\n", Cancelled);

        var refused = await RefusalAsync(folder, bin);

        Assert.StartsWith(
            $"The data in {Path.Combine(folder.Path, "data")} needs PostgreSQL 16, which was not found ({bin} is version 17.4)",
            refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_initdb_is_quoted_and_leaves_no_cluster()
    {
        await using var folder = TestFolders.Create("initdb-fails");
        var bin = await FakeBinAsync(folder.Path, "echo 'postgres (PostgreSQL) 17.4'", initdb: "echo 'initdb: error: No space left on device' >&2; exit 1");

        var refused = await RefusalAsync(folder, bin);

        Assert.Equal(EmbeddedPostgresProblem.InitializationFailed, refused.Problem);
        Assert.Contains("initdb: error: No space left on device", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "data", "cluster")));
    }

    [Fact(Timeout = 120_000)]
    public async Task The_npm_package_runs_as_npm_unpacks_it_without_links_and_executable_bits()
    {
        var package = Environment.GetEnvironmentVariable(TestPostgres.PackageVariable);
        Assert.SkipWhen(string.IsNullOrEmpty(package), $"{TestPostgres.PackageVariable} names no installed package @embedded-postgres/<platform>.");
        await using var folder = TestFolders.Create("npm");
        var bare = Path.Combine(folder.Path, "package");
        CopyBare(package, bare);

        await using var postgres = ServerUnderTest.With(new EmbeddedPostgresOptions
        {
            DataFolder = Path.Combine(folder.Path, "data"),
            PackageFolder = bare,
            SearchSystem = false,
        });
        var server = await postgres.StartAsync(Cancelled);

        Assert.Equal(Path.Combine(bare, "native", "bin"), server.BinFolder);
        Assert.Equal(1, await ServerUnderTest.QueryAsync(server.ConnectionString, "select 1", Cancelled));
    }

    private static async Task<EmbeddedPostgresException> RefusalAsync(TestFolder folder, string bin)
    {
        await using var postgres = ServerUnderTest.With(new EmbeddedPostgresOptions { DataFolder = Path.Combine(folder.Path, "data"), BinFolder = bin });
        return await Assert.ThrowsAsync<EmbeddedPostgresException>(() => postgres.StartAsync(Cancelled));
    }

    private static async Task<string> FakeBinAsync(string folder, string postgres, string initdb = "exit 1")
    {
        var bin = Path.Combine(folder, "bin");
        Directory.CreateDirectory(bin);
        foreach (var (name, script) in new[] { ("postgres", postgres), ("initdb", initdb) })
        {
            var path = Path.Combine(bin, name);
            await File.WriteAllTextAsync(path, $"#!/bin/sh\n{script}\n", Cancelled);
            FileAccessOf(path, executable: true);
        }

        return bin;
    }

    /// <summary>Copies a package as its archive holds it: plain files only.</summary>
    internal static void CopyBare(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.EnumerateDirectories(from)) CopyBare(folder, Path.Combine(to, Path.GetFileName(folder)));
        foreach (var file in Directory.EnumerateFiles(from))
        {
            if (new FileInfo(file).LinkTarget is not null) continue;
            var copy = Path.Combine(to, Path.GetFileName(file));
            File.Copy(file, copy);
            FileAccessOf(copy, executable: false);
        }
    }

    private static void FileAccessOf(string path, bool executable)
    {
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        File.SetUnixFileMode(path, executable ? readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : readable);
    }
}
