-- Holds, limits, phases, reversals and legs of bulk transfers. See notes.md.

alter table wallets
    add column details bytea not null default '',
    add constraint wallets_closed_is_empty check (status <> 'CLOSED' or balance_minor = 0);

alter table transfers
    add column metadata text,
    add column bulk_id uuid,
    add column reverses_transfer_id uuid;

create index transfers_reversals on transfers (reverses_transfer_id) where reverses_transfer_id is not null;

create table holds (
    hold_id        uuid        not null primary key,
    wallet_id      uuid        not null,
    amount_minor   bigint      not null,
    captured_minor bigint      not null,
    currency       text        not null,
    state          smallint    not null,
    expires_at     timestamptz,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    constraint holds_amount_positive check (amount_minor > 0),
    constraint holds_state_known check (state between 1 and 4),
    constraint holds_captured_within_amount check (captured_minor between 0 and amount_minor),
    constraint holds_captured_only_when_so check ((captured_minor > 0) = (state = 2))
) with (
    fillfactor = 85,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.05
);

create index holds_expiring on holds (expires_at, hold_id) where state = 1 and expires_at is not null;

create trigger holds_end_once before update on holds
    for each row when (old.state <> 1) execute function refuse_change();
