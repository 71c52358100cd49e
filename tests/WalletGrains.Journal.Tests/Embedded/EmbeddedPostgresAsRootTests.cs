using System.Globalization;
using WalletGrains.Journal.Embedded;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests.Embedded;

/// <summary>Root starts the host (containers, CI): PostgreSQL must not run as root, and its user cannot go everywhere.</summary>
public sealed class EmbeddedPostgresAsRootTests
{
    private const int Limit = 120_000;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task The_server_runs_as_an_unprivileged_user_and_sees_nothing_of_the_hosts_environment()
    {
        OnlyAsRoot();
        await using var folder = TestFolders.Create("unprivileged");
        await using var postgres = ServerUnderTest.On(folder);

        await postgres.StartOrSkipAsync(Cancelled);

        var proc = string.Create(CultureInfo.InvariantCulture, $"/proc/{postgres.ServerProcessId}");
        var ids = (await File.ReadAllLinesAsync($"{proc}/status", Cancelled)).Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1..];
        Assert.All(ids, id => Assert.NotEqual("0", id));
        var environment = (await File.ReadAllTextAsync($"{proc}/environ", Cancelled)).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')[0]);
        Assert.DoesNotContain("HOME", environment);
        Assert.DoesNotContain("DOTNET_NOLOGO", environment);
    }

    [Fact(Timeout = Limit)]
    public async Task A_folder_only_root_can_enter_is_replaced_by_the_same_other_one_at_each_start()
    {
        OnlyAsRoot();
        await using var closed = TestFolders.Create("closed");
        Directory.CreateDirectory(closed.Path);
        CloseToOthers(closed.Path);
        var wanted = Path.Combine(closed.Path, "clone", "data");
        string standIn;
        await using (var first = ServerUnderTest.With(TestPostgres.Options(wanted)))
        {
            var server = await first.StartOrSkipAsync(Cancelled);
            standIn = server.DataFolder;
            await ServerUnderTest.QueryAsync(server.ConnectionString, "create table t as select 42 as x", Cancelled);
            Assert.True(server.IsRelocated);
            Assert.False(Directory.Exists(wanted), "Nothing is left at the place that is not used.");
        }

        try
        {
            OpenToOthers(closed.Path); // Reachable by now, but the data is where it is.
            await using var second = ServerUnderTest.With(TestPostgres.Options(wanted));
            var again = await second.StartAsync(Cancelled);
            Assert.Equal(standIn, again.DataFolder);
            Assert.Equal(42, await ServerUnderTest.QueryAsync(again.ConnectionString, "select x from t", Cancelled));
        }
        finally
        {
            Directory.Delete(standIn, recursive: true);
        }
    }

    [Fact(Timeout = Limit)]
    public async Task Data_in_a_folder_that_was_closed_later_is_not_replaced_by_an_empty_one()
    {
        OnlyAsRoot();
        await using var folder = TestFolders.Create("closed-later");
        await using (var first = ServerUnderTest.With(TestPostgres.Options(Path.Combine(folder.Path, "data")))) await first.StartOrSkipAsync(Cancelled);
        CloseToOthers(folder.Path);

        await using var second = ServerUnderTest.With(TestPostgres.Options(Path.Combine(folder.Path, "data")));
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => second.StartAsync(Cancelled));

        Assert.Equal(EmbeddedPostgresProblem.FolderUnusable, refused.Problem);
        Assert.StartsWith($"There is data in {Path.Combine(folder.Path, "data")}, but the user '", refused.Message, StringComparison.Ordinal);
        OpenToOthers(folder.Path);
    }

    [Fact(Timeout = Limit)]
    public async Task An_npm_package_only_root_can_reach_is_copied_once_to_where_its_user_can()
    {
        OnlyAsRoot();
        var package = Environment.GetEnvironmentVariable(TestPostgres.PackageVariable);
        Assert.SkipWhen(string.IsNullOrEmpty(package), $"{TestPostgres.PackageVariable} names no installed package @embedded-postgres/<platform>.");
        await using var closed = TestFolders.Create("closed-package");
        await using var open = TestFolders.Create("open-data");
        Directory.CreateDirectory(closed.Path);
        CloseToOthers(closed.Path);
        PostgresBinariesTests.CopyBare(package, Path.Combine(closed.Path, "package"));
        var options = new EmbeddedPostgresOptions { DataFolder = open.Path, PackageFolder = Path.Combine(closed.Path, "package"), SearchSystem = false };

        string bin;
        await using (var first = ServerUnderTest.With(options)) bin = (await first.StartAsync(Cancelled)).BinFolder;
        try
        {
            Assert.False(bin.StartsWith(closed.Path, StringComparison.Ordinal));
            var copied = File.GetCreationTimeUtc(bin);
            await using var second = ServerUnderTest.With(options);
            Assert.Equal(bin, (await second.StartAsync(Cancelled)).BinFolder);
            Assert.Equal(copied, File.GetCreationTimeUtc(bin));
        }
        finally
        {
            Directory.Delete(Path.GetFullPath(Path.Combine(bin, "..", "..")), recursive: true);
        }
    }

    private static void OnlyAsRoot() => Assert.SkipUnless(Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows(), "Only root has privileges to drop.");

    private static void CloseToOthers(string folder) => SetMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    private static void OpenToOthers(string folder) =>
        SetMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

    private static void SetMode(string folder, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, mode);
    }
}
