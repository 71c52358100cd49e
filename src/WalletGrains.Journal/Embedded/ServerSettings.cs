namespace WalletGrains.Journal.Embedded;

/// <summary>
/// The settings of the private server: what a wallet needs on a small box. They are given on the command line, so nothing in
/// a file and no <c>ALTER SYSTEM</c> overrides them.
/// </summary>
internal static class ServerSettings
{
    private const long Mebibyte = 1024 * 1024;

    public static IReadOnlyDictionary<string, string> For(EmbeddedPostgresOptions options, bool supportsLz4)
    {
        var settings = new Dictionary<string, string>
        {
            // An acknowledged payment is on disk, and a torn page is repaired. These are the defaults; said so that they stay.
            ["fsync"] = "on",
            ["synchronous_commit"] = "on",
            ["full_page_writes"] = "on",

            // Group commit comes from the journal's batches; waiting here for neighbours would only add latency.
            ["commit_delay"] = "0",

            // The hot part is head rows and the ends of a few indexes. Beyond a quarter of the memory the page cache does better.
            ["shared_buffers"] = $"{SharedBuffersMebibytes}MB",
            // Batches of several hundred rows of WAL fit at once; the default follows shared_buffers only up to 16 MB as well.
            ["wal_buffers"] = "16MB",

            // Each checkpoint makes every page's next change a full page image in the WAL: the fewer the better. 2 GB between
            // two of them is under a minute of full load, and is replayed after a crash well within the start's time limit.
            ["max_wal_size"] = "2GB",
            ["min_wal_size"] = "256MB",
            ["checkpoint_timeout"] = "15min",
            ["checkpoint_completion_target"] = "0.9",
            // Full page images are most of the WAL after a checkpoint and compress well; lz4 costs a tenth of pglz' time.
            ["wal_compression"] = supportsLz4 ? "lz4" : "pglz",

            // Npgsql's default pool is 100 connections; reminders and clustering have pools of their own. Idle slots cost little.
            ["max_connections"] = "200",

            // Two cores: a parallel query or a compiled one takes them from the commits, to speed up what nobody waits for. It
            // also does without /dev/shm, of which containers have 64 MB.
            ["max_parallel_workers_per_gather"] = "0",
            ["jit"] = "off",
            // Solid state disks: a random read costs about what a sequential one does.
            ["random_page_cost"] = "1.1",

            // Head rows are updated all the time: small and frequent vacuums keep them on few pages and updates heap-only.
            ["autovacuum_naptime"] = "10s",
            ["autovacuum_vacuum_scale_factor"] = "0.02",
            ["autovacuum_analyze_scale_factor"] = "0.02",
            // Entries are only ever inserted: freeze them in small pieces, not a fifth of the whole history at once.
            ["autovacuum_vacuum_insert_scale_factor"] = "0.02",

            // A forgotten transaction holds the relay (it reads below the oldest running one) and vacuum; nothing of ours waits
            // inside one.
            ["idle_in_transaction_session_timeout"] = "60s",

            // Errors go to the host's log through a pipe, without statements and key values: those are somebody's data.
            ["log_destination"] = "stderr",
            ["logging_collector"] = "off",
            ["log_line_prefix"] = "",
            ["log_error_verbosity"] = "terse",
            ["log_min_error_statement"] = "panic",
            ["log_min_messages"] = "warning",
            ["lc_messages"] = "C",
            ["timezone"] = "UTC",

            // Names the socket only, unless a loopback port was asked for. The folder it lies in is private already.
            ["port"] = (options.LoopbackPort ?? SocketFolder.SocketNumber).ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["listen_addresses"] = options.LoopbackPort is null ? "" : "127.0.0.1",
        };
        foreach (var (name, value) in options.Settings) settings[name] = value;
        return settings;
    }

    /// <summary>A quarter of the memory this process may use (a container's limit counts), from 32 to 256 MiB.</summary>
    private static long SharedBuffersMebibytes =>
        Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 / Mebibyte, 32, 256);
}
