-- What follows a commit: where each entry stands in the order of all, who has read how far, and what readers made of it. See notes.md.

create table journal_generation (
    only_row          boolean not null primary key default true check (only_row),
    generation        bigint  not null,
    system_identifier bigint  not null
);

insert into journal_generation (generation, system_identifier) select 0, system_identifier from pg_control_system();

create function journal_position() returns bigint language sql volatile as 'select txid_current()';

create function journal_horizon() returns bigint language sql stable as 'select txid_snapshot_xmin(txid_current_snapshot())';

alter table entries add column position bigint not null default 0;
alter table entries alter column position set default journal_position();

create index entries_position on entries (position) where position > 0;

create table activity_positions (
    consumer       text        not null,
    partitions     int         not null,
    partition      int         not null,
    position       bigint      not null,
    updated_at     timestamptz not null default now(),
    constraint activity_positions_pkey primary key (consumer, partitions, partition),
    constraint activity_positions_partition_known check (partition between 0 and partitions - 1)
) with (fillfactor = 50);

create table wallet_statistics (
    wallet_id             uuid    not null primary key,
    version               bigint  not null,
    deposited_minor       numeric not null,
    withdrawn_minor       numeric not null,
    transferred_in_minor  numeric not null,
    transferred_out_minor numeric not null,
    transaction_count     bigint  not null,
    last_activity_at      timestamptz
) with (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.05
);

create table fraud_alerts (
    alert_id    uuid        not null primary key,
    wallet_id   uuid        not null,
    rule        text        not null,
    action      text        not null,
    currency    text        not null,
    raised_at   timestamptz not null,
    newest_at   timestamptz not null,
    newest      bigint      not null,
    findings    bigint      not null,
    held_at     timestamptz,
    resolved_at timestamptz,
    resolved_by uuid,
    note        text,
    constraint fraud_alerts_resolved_by_somebody check ((resolved_at is null) = (resolved_by is null))
) with (fillfactor = 85);

create unique index fraud_alerts_open on fraud_alerts (wallet_id, rule) where resolved_at is null;
create index fraud_alerts_of_wallet on fraud_alerts (wallet_id, alert_id);
create index fraud_alerts_unresolved on fraud_alerts (alert_id) where resolved_at is null;
create index fraud_alerts_to_hold on fraud_alerts (alert_id) where action = 'hold' and held_at is null and resolved_at is null;

create table fraud_evidence (
    alert_id     uuid        not null,
    version      bigint      not null,
    entry_id     uuid        not null,
    type         text        not null,
    amount_minor bigint      not null,
    occurred_at  timestamptz not null,
    constraint fraud_evidence_pkey primary key (alert_id, version)
);
