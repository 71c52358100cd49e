namespace WalletGrains.Journal.Writing;

internal sealed partial class AppendStatement
{
    /// <summary>
    /// A whole batch in one statement. <c>asked</c>: the request ids of the batch. <c>taken</c>: those that are decided
    /// already. <c>moved</c>: heads that are where their writer thinks they are and none of whose request ids is taken. Only
    /// moved wallets write.
    /// </summary>
    /// <remarks>
    /// <para>Why no duplicate slips through under READ COMMITTED: <c>taken</c> sees what was committed before the statement
    /// began. Whoever decides the same request id after that also advances the revision of the same head row; the update
    /// then waits for it, checks the revision again on the new row, and does not move the wallet.</para>
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
            select unnest($12) as wallet_id, unnest($15) as request_id
            union all
            select unnest($24), unnest($25)
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
                held_minor = b.held_minor, head_hash = b.head_hash, updated_at = b.updated_at
            from (
                select unnest($1) as wallet_id, unnest($2) as expected_revision, unnest($3) as expected_version,
                    unnest($4) as expected_hash, unnest($5) as status, unnest($6) as version, unnest($7) as revision,
                    unnest($8) as balance_minor, unnest($9) as held_minor, unnest($10) as head_hash,
                    unnest($11) as updated_at) b
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
                select unnest($12) as wallet_id, unnest($13) as version, unnest($14) as entry_id,
                    unnest($15) as request_id, unnest($16) as fingerprint, unnest($17) as type,
                    unnest($18) as amount_minor, unnest($19) as balance_after_minor, unnest($20) as counter_account,
                    unnest($21) as created_at, unnest($22) as content, unnest($23) as hash) b
            where (b.wallet_id in (select m.wallet_id from moved m)) is true
        ), refused as (
            insert into refusals (wallet_id, request_id, fingerprint, content, created_at)
            select b.*
            from (
                select unnest($24) as wallet_id, unnest($25) as request_id, unnest($26) as fingerprint,
                    unnest($27) as content, unnest($28) as created_at) b
            where (b.wallet_id in (select m.wallet_id from moved m)) is true
        ), stepped as (
            insert into transfers (
                transfer_id, from_wallet_id, to_wallet_id, amount_minor, currency, description, state, failure_code,
                debit_entry_id, credit_entry_id, refund_entry_id, created_at, updated_at)
            select b.transfer_id, b.from_wallet_id, b.to_wallet_id, b.amount_minor, b.currency, b.description, b.state,
                b.failure_code, b.debit_entry_id, b.credit_entry_id, b.refund_entry_id, b.created_at, b.updated_at
            from (
                select unnest($29) as wallet_id, unnest($30) as transfer_id, unnest($31) as from_wallet_id,
                    unnest($32) as to_wallet_id, unnest($33) as amount_minor, unnest($34) as currency,
                    unnest($35) as description, unnest($36) as state, unnest($37) as failure_code,
                    unnest($38) as debit_entry_id, unnest($39) as credit_entry_id, unnest($40) as refund_entry_id,
                    unnest($41) as created_at, unnest($42) as updated_at) b
            where (b.wallet_id in (select m.wallet_id from moved m)) is true
            on conflict (transfer_id) do update
            set state = excluded.state, failure_code = excluded.failure_code, updated_at = excluded.updated_at,
                debit_entry_id = coalesce(transfers.debit_entry_id, excluded.debit_entry_id),
                credit_entry_id = coalesce(transfers.credit_entry_id, excluded.credit_entry_id),
                refund_entry_id = coalesce(transfers.refund_entry_id, excluded.refund_entry_id)
        )
        select
            (select case when count(*) < cardinality($1) then coalesce(array_agg(m.wallet_id), '{}') end from moved m),
            (select array_agg(t.wallet_id) from taken t),
            (select array_agg(t.request_id) from taken t)
        """;
}
