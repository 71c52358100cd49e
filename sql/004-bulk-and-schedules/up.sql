-- Bulk transfers, and transfers that are made at a time. See notes.md.

create table bulks (
    bulk_id      uuid        not null primary key,
    caller_id    uuid        not null,
    request_id   text collate "C" not null,
    fingerprint  bytea       not null,
    legs         bytea       not null,
    state        smallint    not null,
    failed_leg   smallint,
    failure_code text,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    constraint bulks_request_id_unique unique (caller_id, request_id),
    constraint bulks_request_id_length check (octet_length(request_id) between 1 and 1024),
    constraint bulks_fingerprint_length check (octet_length(fingerprint) = 16),
    constraint bulks_state_known check (state between 1 and 5),
    constraint bulks_failed_for_a_reason check ((failure_code is not null) = (state in (4, 5)))
) with (
    fillfactor = 85,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.05
);

create index bulks_unfinished on bulks (updated_at, bulk_id) where state in (1, 2, 4);

-- What was decided stays decided, and each end is an end.
create trigger bulks_move_forward before update on bulks
    for each row when ((old.state, new.state) not in ((1, 2), (1, 4), (2, 3), (4, 5))) execute function refuse_change();

create table schedules (
    schedule_id       uuid        not null primary key,
    wallet_id         uuid        not null,
    to_wallet_id      uuid        not null,
    amount_minor      bigint      not null,
    currency          text        not null,
    description       text,
    start_at          timestamptz not null,
    every             text,
    end_at            timestamptz,
    request_id        text collate "C" not null,
    fingerprint       bytea       not null,
    state             smallint    not null,
    next_at           timestamptz,
    last_run_at       timestamptz,
    last_transfer_id  uuid,
    last_failure_code text,
    created_at        timestamptz not null,
    updated_at        timestamptz not null,
    constraint schedules_request_id_unique unique (wallet_id, request_id),
    constraint schedules_request_id_length check (octet_length(request_id) between 1 and 1024),
    constraint schedules_fingerprint_length check (octet_length(fingerprint) = 16),
    constraint schedules_amount_positive check (amount_minor > 0),
    constraint schedules_state_known check (state between 1 and 4),
    constraint schedules_next_while_active check ((next_at is not null) = (state = 1))
) with (
    fillfactor = 85,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.05
);

create index schedules_of_wallet on schedules (wallet_id, schedule_id);
create index schedules_due on schedules (next_at, schedule_id) where state = 1;
