using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using WalletGrains.Journal.Embedded;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests.Embedded;

public sealed class EmbeddedPostgresTests
{
    private const int Limit = 120_000;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task A_first_start_makes_a_server_that_answers_with_checksums_and_every_durable_setting()
    {
        await using var folder = TestFolders.Create("first");
        await using var postgres = ServerUnderTest.On(folder);

        var server = await postgres.StartOrSkipAsync(Cancelled);

        Assert.Equal(EmbeddedPostgresState.Running, postgres.State);
        Assert.Equal("walletgrains", await ServerUnderTest.QueryAsync(server.ConnectionString, "select current_database()::text", Cancelled));
        Assert.Equal("on", await ServerUnderTest.QueryAsync(server.ConnectionString, "show data_checksums", Cancelled));
        Assert.Equal("UTF8", await ServerUnderTest.QueryAsync(server.ConnectionString, "show server_encoding", Cancelled));
        var version = (string)(await ServerUnderTest.QueryAsync(server.ConnectionString, "show server_version", Cancelled))!;
        Assert.StartsWith(server.Version.ToString(), version, StringComparison.Ordinal);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        Assert.True((await PostgresDurability.CheckAsync(source, Cancelled)).IsSafe);
    }

    [Fact(Timeout = Limit)]
    public async Task The_server_listens_on_no_port_and_its_folders_are_private()
    {
        await using var folder = TestFolders.Create("private");
        await using var postgres = ServerUnderTest.On(folder);

        var server = await postgres.StartOrSkipAsync(Cancelled);

        Assert.Equal("", await ServerUnderTest.QueryAsync(server.ConnectionString, "show listen_addresses", Cancelled));
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        const UnixFileMode ownerFolder = owner | UnixFileMode.UserExecute;
#pragma warning disable CA1416 // No embedded server on Windows: the start above has refused.
        Assert.Equal(owner, File.GetUnixFileMode(Path.Combine(server.DataFolder, "password")));
        Assert.Equal(ownerFolder, File.GetUnixFileMode(Path.Combine(server.DataFolder, "cluster")));
        Assert.Equal(ownerFolder, File.GetUnixFileMode(new NpgsqlConnectionStringBuilder(server.ConnectionString).Host!));
#pragma warning restore CA1416
        Assert.DoesNotContain("assword", server.ToString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task A_wrong_password_is_refused()
    {
        await using var folder = TestFolders.Create("password");
        await using var postgres = ServerUnderTest.On(folder);
        var server = await postgres.StartOrSkipAsync(Cancelled);
        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "wrong" }.ConnectionString;

        var refused = await Assert.ThrowsAsync<PostgresException>(() => ServerUnderTest.QueryAsync(wrong, "select 1", Cancelled));

        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
    }

    [Fact(Timeout = Limit)]
    public async Task A_second_life_on_the_folder_finds_the_data()
    {
        await using var folder = TestFolders.Create("restart");
        await using (var first = ServerUnderTest.On(folder))
        {
            var server = await first.StartOrSkipAsync(Cancelled);
            await ServerUnderTest.QueryAsync(server.ConnectionString, "create table t as select 42 as x", Cancelled);
        }

        await using var second = ServerUnderTest.On(folder);
        var again = await second.StartAsync(Cancelled);

        Assert.Equal(42, await ServerUnderTest.QueryAsync(again.ConnectionString, "select x from t", Cancelled));
    }

    [Fact(Timeout = Limit)]
    public async Task A_second_start_on_the_same_folder_is_refused()
    {
        await using var folder = TestFolders.Create("second");
        await using var first = ServerUnderTest.On(folder);
        var server = await first.StartOrSkipAsync(Cancelled);
        await using var second = ServerUnderTest.On(folder);

        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => second.StartAsync(Cancelled));

        Assert.Equal(EmbeddedPostgresProblem.FolderInUse, refused.Problem);
        Assert.Equal($"The data folder {server.DataFolder} is already in use by process {Environment.ProcessId}.", refused.Message);
        Assert.Equal(EmbeddedPostgresState.Stopped, second.State);
        Assert.Equal(1, await ServerUnderTest.QueryAsync(server.ConnectionString, "select 1", Cancelled));
    }

    [Fact(Timeout = Limit)]
    public async Task A_clean_stop_leaves_no_process_no_socket_and_no_crash_to_recover_from()
    {
        await using var folder = TestFolders.Create("stop");
        await using var postgres = ServerUnderTest.On(folder);
        var server = await postgres.StartOrSkipAsync(Cancelled);
        var processId = postgres.ServerProcessId!.Value;
        await using var idle = new NpgsqlConnection(server.ConnectionString);
        await idle.OpenAsync(Cancelled);

        await postgres.StopAsync();

        Assert.Equal(EmbeddedPostgresState.Stopped, postgres.State);
        Assert.Null(postgres.ServerProcessId);
        Assert.False(ServerUnderTest.IsAlive(processId));
        Assert.False(Directory.Exists(new NpgsqlConnectionStringBuilder(server.ConnectionString).Host));
        Assert.False(File.Exists(Path.Combine(server.DataFolder, "cluster", "postmaster.pid")));
        await Assert.ThrowsAsync<EmbeddedPostgresException>(() => postgres.WaitUntilRunningAsync(Cancelled));
    }

    [Fact(Timeout = Limit)]
    public async Task The_server_is_a_session_of_its_own_so_that_the_terminal_does_not_interrupt_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sessions are read from /proc.");
        await using var folder = TestFolders.Create("session");
        await using var postgres = ServerUnderTest.On(folder);
        await postgres.StartOrSkipAsync(Cancelled);
        var processId = postgres.ServerProcessId!.Value;

        const int group = 5, session = 6;
        Assert.Equal(processId.ToString(CultureInfo.InvariantCulture), ServerUnderTest.Stat(processId, session));
        Assert.Equal(processId.ToString(CultureInfo.InvariantCulture), ServerUnderTest.Stat(processId, group));
    }

    [Fact(Timeout = Limit)]
    public async Task A_taken_loopback_port_is_said_in_one_sentence_and_another_works()
    {
        await using var folder = TestFolders.Create("port");
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using (var refusedServer = ServerUnderTest.With(TestPostgres.Options(folder.Path) with { LoopbackPort = port }))
        {
            var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => refusedServer.StartOrSkipAsync(Cancelled));
            Assert.Equal(EmbeddedPostgresProblem.PortTaken, refused.Problem);
            Assert.Contains($"127.0.0.1:{port}", refused.Message, StringComparison.Ordinal);
        }

        taken.Stop();
        await using var postgres = ServerUnderTest.With(TestPostgres.Options(folder.Path) with { LoopbackPort = port });
        var server = await postgres.StartAsync(Cancelled);
        var overTcp = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Host = "127.0.0.1", Port = port }.ConnectionString;
        Assert.Equal(1, await ServerUnderTest.QueryAsync(overTcp, "select 1", Cancelled));
    }

    [Fact]
    public async Task A_host_that_stops_while_its_server_starts_leaves_nothing_running()
    {
        await using var folder = TestFolders.Create("early-stop");
        await using var postgres = ServerUnderTest.On(folder);

        var starting = postgres.StartAsync(Cancelled);
        await postgres.StopAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => starting);
        Assert.Equal(EmbeddedPostgresState.Stopped, postgres.State);
        await using var next = ServerUnderTest.On(folder);
        await next.StartOrSkipAsync(Cancelled);
    }
}
