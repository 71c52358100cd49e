namespace WalletGrains.Journal.Writing;

internal sealed partial class AppendStatement
{
    /// <summary>
    /// A whole batch in one statement. <c>taken</c>: request ids of the batch that are decided already. <c>moved</c>: heads
    /// that are where their writer thinks they are and none of whose request ids is taken. Only moved wallets write.
    /// </summary>
    /// <remarks>
    /// <para>Why no duplicate slips through under READ COMMITTED: <c>taken</c> sees what was committed before the statement
    /// began. Whoever decides the same request id after that also advances the revision of the same head row; the update
    /// then waits for it, checks the revision again on the new row, and does not move the wallet.</para>
    /// <para>Why IN and NOT IN and no joins with <c>taken</c> and <c>moved</c>: joins are nested loops here (see
    /// <see cref="LaneConnection"/>), and these would be quadratic. <c>NOT IN</c> and <c>(IN) IS TRUE</c> cannot be turned
    /// into joins and run as one hash look-up per row.</para>
    /// </remarks>
    private const string Sql = """
        with taken as materialized (
            select b.wallet_id, b.request_id
            from unnest($12, $15) as b(wallet_id, request_id)
            join entries e on e.wallet_id = b.wallet_id and e.request_id = b.request_id
            union all
            select b.wallet_id, b.request_id
            from unnest($12, $15) as b(wallet_id, request_id)
            join refusals r on r.wallet_id = b.wallet_id and r.request_id = b.request_id
            union all
            select b.wallet_id, b.request_id
            from unnest($24, $25) as b(wallet_id, request_id)
            join entries e on e.wallet_id = b.wallet_id and e.request_id = b.request_id
            union all
            select b.wallet_id, b.request_id
            from unnest($24, $25) as b(wallet_id, request_id)
            join refusals r on r.wallet_id = b.wallet_id and r.request_id = b.request_id
        ), moved as (
            update wallets w
            set status = b.status, version = b.version, revision = b.revision, balance_minor = b.balance_minor,
                held_minor = b.held_minor, head_hash = b.head_hash, updated_at = b.updated_at
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) as b(
                wallet_id, expected_revision, expected_version, expected_hash, status, version, revision, balance_minor,
                held_minor, head_hash, updated_at)
            where w.wallet_id = b.wallet_id and w.revision = b.expected_revision and w.version = b.expected_version
              and w.head_hash = b.expected_hash
              and b.wallet_id not in (select t.wallet_id from taken t)
            returning w.wallet_id
        ), entered as (
            insert into entries (
                wallet_id, version, entry_id, request_id, fingerprint, type, amount_minor, balance_after_minor,
                counter_account, created_at, content, hash)
            select b.*
            from unnest($12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23) as b(
                wallet_id, version, entry_id, request_id, fingerprint, type, amount_minor, balance_after_minor,
                counter_account, created_at, content, hash)
            where (b.wallet_id in (select m.wallet_id from moved m)) is true
        ), refused as (
            insert into refusals (wallet_id, request_id, fingerprint, content, created_at)
            select b.*
            from unnest($24, $25, $26, $27, $28) as b(wallet_id, request_id, fingerprint, content, created_at)
            where (b.wallet_id in (select m.wallet_id from moved m)) is true
        ), stepped as (
            insert into transfers (
                transfer_id, from_wallet_id, to_wallet_id, amount_minor, currency, description, state, failure_code,
                debit_entry_id, credit_entry_id, refund_entry_id, created_at, updated_at)
            select b.transfer_id, b.from_wallet_id, b.to_wallet_id, b.amount_minor, b.currency, b.description, b.state,
                b.failure_code, b.debit_entry_id, b.credit_entry_id, b.refund_entry_id, b.created_at, b.updated_at
            from unnest($29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42) as b(
                wallet_id, transfer_id, from_wallet_id, to_wallet_id, amount_minor, currency, description, state,
                failure_code, debit_entry_id, credit_entry_id, refund_entry_id, created_at, updated_at)
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
