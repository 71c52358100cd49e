namespace WalletGrains.Journal.Writing;

internal sealed partial class AppendStatement
{
    /// <summary>
    /// A whole batch in one statement. <c>asked</c>: the request ids that have to be looked up. <c>taken</c>: those that are
    /// decided already. <c>moved</c>: heads that are where their writer thinks they are and none of whose request ids is taken.
    /// Only moved wallets write.
    /// </summary>
    /// <remarks>
    /// <para>Why no duplicate slips through under READ COMMITTED: <c>taken</c> sees what was committed before the statement
    /// began. Whoever decides the same request id after that also advances the revision of the same head row; the update
    /// then waits for it, checks the revision again on the new row, and does not move the wallet. Which request ids need no
    /// look-up is said in <see cref="AskedColumns"/>.</para>
    /// <para>Why IN and NOT IN and no joins with <c>taken</c> and <c>moved</c>: joins are nested loops here (see
    /// <see cref="LaneConnection"/>), and these would be quadratic. <c>NOT IN</c> and <c>(IN) IS TRUE</c> cannot be turned
    /// into joins and run as one hash look-up per row.</para>
    /// <para>Why lateral with a limit in <c>taken</c>: it leaves the planner one order only, the batch first. A table that was
    /// vacuumed while it was empty looks free to scan, and the plan would read all of it for each batch.</para>
    /// <para>Why unnest stands in select lists and not in from: there a row's columns are expanded together as they are read,
    /// while each function in from would first write its whole column into a tuple store of its own.</para>
    /// </remarks>
    private const string Sql = """
        with asked as materialized (
            select unnest($13) as wallet_id, unnest($14) as request_id
        ), taken as materialized (
            select a.wallet_id, a.request_id
            from asked a
            cross join lateral (
                select from entries e where e.wallet_id = a.wallet_id and e.request_id = a.request_id limit 1) e
            union all
            select a.wallet_id, a.request_id
            from asked a
            cross join lateral (
                select from refusals r where r.wallet_id = a.wallet_id and r.request_id = a.request_id limit 1) r
        ), moved as (
            update wallets w
            set status = b.status, version = b.version, revision = b.revision, balance_minor = b.balance_minor,
                held_minor = b.held_minor, head_hash = b.head_hash, updated_at = b.updated_at, details = b.details
            from (
                select unnest($1) as wallet_id, unnest($2) as expected_revision, unnest($3) as expected_version,
                    unnest($4) as expected_hash, unnest($5) as status, unnest($6) as version, unnest($7) as revision,
                    unnest($8) as balance_minor, unnest($9) as held_minor, unnest($10) as head_hash,
                    unnest($11) as updated_at, unnest($12) as details) b
            where w.wallet_id = b.wallet_id and w.revision = b.expected_revision and w.version = b.expected_version
              and w.head_hash = b.expected_hash
              and b.wallet_id not in (select t.wallet_id from taken t)
            returning w.wallet_id
        ), entered as (
            insert into entries (
                wallet_id, version, entry_id, request_id, fingerprint, type, amount_minor, balance_after_minor,
                counter_account, created_at, content, hash)
            select b.*
            from (
                select unnest($15) as wallet_id, unnest($16) as version, unnest($17) as entry_id,
                    unnest($18) as request_id, unnest($19) as fingerprint, unnest($20) as type,
                    unnest($21) as amount_minor, unnest($22) as balance_after_minor, unnest($23) as counter_account,
                    unnest($24) as created_at, unnest($25) as content, unnest($26) as hash) b
            where (b.wallet_id in (select m.wallet_id from moved m)) is true
        ), refused as (
            insert into refusals (wallet_id, request_id, fingerprint, content, created_at)
            select b.*
            from (
                select unnest($27) as wallet_id, unnest($28) as request_id, unnest($29) as fingerprint,
                    unnest($30) as content, unnest($31) as created_at) b
            where (b.wallet_id in (select m.wallet_id from moved m)) is true
        ), stepped as (
            insert into transfers (
                transfer_id, from_wallet_id, to_wallet_id, amount_minor, currency, description, state, failure_code,
                debit_entry_id, credit_entry_id, refund_entry_id, created_at, updated_at, metadata, bulk_id,
                reverses_transfer_id)
            select b.transfer_id, b.from_wallet_id, b.to_wallet_id, b.amount_minor, b.currency, b.description, b.state,
                b.failure_code, b.debit_entry_id, b.credit_entry_id, b.refund_entry_id, b.created_at, b.updated_at,
                b.metadata, b.bulk_id, b.reverses_transfer_id
            from (
                select unnest($32) as wallet_id, unnest($33) as transfer_id, unnest($34) as from_wallet_id,
                    unnest($35) as to_wallet_id, unnest($36) as amount_minor, unnest($37) as currency,
                    unnest($38) as description, unnest($39) as state, unnest($40) as failure_code,
                    unnest($41) as debit_entry_id, unnest($42) as credit_entry_id, unnest($43) as refund_entry_id,
                    unnest($44) as created_at, unnest($45) as updated_at, unnest($46) as metadata,
                    unnest($47) as bulk_id, unnest($48) as reverses_transfer_id) b
            where (b.wallet_id in (select m.wallet_id from moved m)) is true
            on conflict (transfer_id) do update
            set state = excluded.state, failure_code = excluded.failure_code, updated_at = excluded.updated_at,
                debit_entry_id = coalesce(transfers.debit_entry_id, excluded.debit_entry_id),
                credit_entry_id = coalesce(transfers.credit_entry_id, excluded.credit_entry_id),
                refund_entry_id = coalesce(transfers.refund_entry_id, excluded.refund_entry_id)
        ), held as (
            insert into holds (
                hold_id, wallet_id, amount_minor, captured_minor, currency, state, expires_at, created_at, updated_at)
            select b.*
            from (
                select unnest($49) as hold_id, unnest($50) as wallet_id, unnest($51) as amount_minor,
                    unnest($52) as captured_minor, unnest($53) as currency, unnest($54) as state,
                    unnest($55) as expires_at, unnest($56) as created_at, unnest($57) as updated_at) b
            where (b.wallet_id in (select m.wallet_id from moved m)) is true
            on conflict (hold_id) do update
            set captured_minor = excluded.captured_minor, state = excluded.state, updated_at = excluded.updated_at
        )
        select
            (select case when count(*) < cardinality($1) then coalesce(array_agg(m.wallet_id), '{}') end from moved m),
            (select array_agg(t.wallet_id) from taken t),
            (select array_agg(t.request_id) from taken t),
            (select journal_position() where exists (select from moved))
        """;
}
