-- Durable work: who does it, when it is due, what came of it. See notes.md.

create table jobs (
    job_id      uuid        not null primary key,
    kind        text collate "C" not null,
    key         text collate "C" not null,
    lane        smallint    not null,
    payload     bytea       not null,
    state       smallint    not null,
    due_at      timestamptz not null,
    attempts    integer     not null,
    lease_owner text,
    lease_token uuid,
    last_error  text,
    result      bytea,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    constraint jobs_key_unique unique (kind, key),
    constraint jobs_kind_length check (octet_length(kind) between 1 and 64),
    constraint jobs_key_length check (octet_length(key) between 1 and 512),
    constraint jobs_lane_known check (lane between 0 and 1),
    constraint jobs_payload_length check (octet_length(payload) <= 65536),
    constraint jobs_result_length check (octet_length(result) <= 65536),
    constraint jobs_state_known check (state between 1 and 5),
    constraint jobs_attempts_not_negative check (attempts >= 0),
    constraint jobs_running_is_leased check (state <> 2 or lease_token is not null),
    constraint jobs_dead_for_a_reason check (state <> 4 or last_error is not null)
) with (
    fillfactor = 85,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.05
);

create index jobs_due on jobs (kind, lane, due_at, job_id) where state in (1, 2);

create index jobs_in_state on jobs (state, kind, job_id);

create index jobs_finished on jobs (updated_at, job_id) where state in (3, 5);

create table job_rates (
    kind        text collate "C" not null primary key,
    tokens      double precision not null,
    refilled_at timestamptz      not null
) with (fillfactor = 50);

-- Reminders of the grains that did this work before. Their table comes with the actor runtime and may not be there yet.
do $$
begin
    if to_regclass('orleansreminderstable') is not null then
        delete from orleansreminderstable
        where reminder_name in ('bulk-recovery', 'checkpoint', 'hold-expiry', 'reconciliation', 'schedule-runner', 'transfer-recovery');
    end if;
end $$;
