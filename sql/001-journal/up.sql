-- The journal: what every wallet decided, and where it stands. See notes.md.

create table wallets (
    wallet_id     uuid        not null primary key,
    owner_id      uuid,
    currency      text        not null,
    status        text        not null,
    version       bigint      not null,
    revision      bigint      not null,
    balance_minor bigint      not null,
    held_minor    bigint      not null,
    head_hash     bytea       not null,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    constraint wallets_version_not_negative check (version >= 0),
    constraint wallets_revision_covers_version check (revision >= version),
    constraint wallets_balance_not_negative check (balance_minor >= 0),
    constraint wallets_held_within_balance check (held_minor between 0 and balance_minor),
    constraint wallets_head_hash_length check (octet_length(head_hash) = 32)
) with (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.05
);

create index wallets_owner on wallets (owner_id, wallet_id) where owner_id is not null;

create table entries (
    wallet_id           uuid        not null,
    version             bigint      not null,
    entry_id            uuid        not null,
    request_id          text collate "C" not null,
    fingerprint         bytea       not null,
    type                text        not null,
    amount_minor        bigint      not null,
    balance_after_minor bigint      not null,
    counter_account     text        not null,
    created_at          timestamptz not null,
    content             bytea       not null,
    hash                bytea       not null,
    constraint entries_pkey primary key (wallet_id, version),
    constraint entries_request_id_unique unique (wallet_id, request_id),
    constraint entries_version_positive check (version > 0),
    constraint entries_request_id_length check (octet_length(request_id) between 1 and 1024),
    constraint entries_fingerprint_length check (octet_length(fingerprint) = 16),
    constraint entries_balance_after_not_negative check (balance_after_minor >= 0),
    constraint entries_hash_length check (octet_length(hash) = 32)
) with (
    autovacuum_vacuum_insert_threshold = 100000,
    autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02,
    autovacuum_freeze_min_age = 0
);

create index entries_entry_id on entries using brin (entry_id)
    with (pages_per_range = 128, autosummarize = on);

create table refusals (
    wallet_id   uuid        not null,
    request_id  text collate "C" not null,
    fingerprint bytea       not null,
    content     bytea       not null,
    created_at  timestamptz not null,
    constraint refusals_pkey primary key (wallet_id, request_id),
    constraint refusals_request_id_length check (octet_length(request_id) between 1 and 1024),
    constraint refusals_fingerprint_length check (octet_length(fingerprint) = 16)
) with (
    autovacuum_vacuum_insert_threshold = 100000,
    autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02,
    autovacuum_freeze_min_age = 0
);

create table transfers (
    transfer_id     uuid        not null primary key,
    from_wallet_id  uuid        not null,
    to_wallet_id    uuid        not null,
    amount_minor    bigint      not null,
    currency        text        not null,
    description     text,
    state           smallint    not null,
    failure_code    text,
    debit_entry_id  uuid,
    credit_entry_id uuid,
    refund_entry_id uuid,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    constraint transfers_amount_positive check (amount_minor > 0),
    constraint transfers_state_known check (state between 1 and 4),
    constraint transfers_never_credited_and_refunded check (credit_entry_id is null or refund_entry_id is null)
) with (
    fillfactor = 85,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.05
);

create index transfers_unfinished on transfers (updated_at, transfer_id) where state = 1;

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% on % is refused: it is append-only', tg_op, tg_table_name using errcode = 'restrict_violation';
end
$$;

create trigger entries_append_only before update or delete or truncate on entries
    for each statement execute function refuse_change();

create trigger refusals_append_only before update or delete or truncate on refusals
    for each statement execute function refuse_change();
