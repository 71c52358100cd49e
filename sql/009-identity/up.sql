-- Sessions, attempts to sign in, locked users and keys of services. See notes.md.

alter table users add column locked_at timestamptz;
alter table users add column lock_reason text;
alter table users add constraint users_locked_for_a_reason check (lock_reason is null or locked_at is not null);

create table sessions (
    session_id       uuid        not null primary key,
    user_id          uuid        not null references users (user_id),
    -- SHA-256 of the refresh token in force, and of the one before it.
    token_hash       bytea       not null,
    previous_hash    bytea,
    created_at       timestamptz not null,
    renewed_at       timestamptz not null,
    token_expires_at timestamptz not null,
    expires_at       timestamptz not null,
    ended_at         timestamptz,
    ended_because    text,
    ended_xid        xid8,
    constraint sessions_hash_length check (octet_length(token_hash) = 32),
    constraint sessions_ended_for_a_reason check (
        (ended_at is null) = (ended_because is null) and (ended_at is null) = (ended_xid is null))
) with (
    fillfactor = 85
);

create index sessions_of_user on sessions (user_id, created_at);
create index sessions_ended on sessions (ended_xid) where ended_xid is not null;

create table sign_in_attempts (
    -- SHA-256 of the normalized address, whether it belongs to anybody or not.
    email_hash   bytea       not null primary key,
    attempts     int         not null,
    admitted     boolean     not null,
    locked_until timestamptz not null,
    attempted_at timestamptz not null,
    constraint sign_in_attempts_hash_length check (octet_length(email_hash) = 32)
) with (
    fillfactor = 85
);

create index sign_in_attempts_by_age on sign_in_attempts (attempted_at);

create table api_keys (
    key_id     uuid        not null primary key,
    service_id uuid        not null,
    name       text        not null,
    secret_hash bytea      not null,
    scopes     text[]      not null,
    created_at timestamptz not null,
    created_by uuid        not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    revoked_by uuid,
    changed_xid xid8       not null default pg_current_xact_id(),
    constraint api_keys_hash_length check (octet_length(secret_hash) = 32),
    constraint api_keys_scoped check (cardinality(scopes) > 0),
    constraint api_keys_revoked_by_somebody check ((revoked_at is null) = (revoked_by is null))
);

create index api_keys_changed on api_keys (changed_xid);
