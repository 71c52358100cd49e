-- Attempts to sign in by account and network, and changes to credentials in the one order of all changes. See notes.md.

drop table sign_in_attempts;

create table sign_in_attempts (
    -- SHA-256 of the normalized address, whether it belongs to anybody or not; and of that with the client's network.
    email_hash   bytea       not null,
    network_hash bytea       not null,
    attempts     int         not null,
    locked_until timestamptz not null,
    attempted_at timestamptz not null,
    constraint sign_in_attempts_pkey primary key (email_hash, network_hash),
    constraint sign_in_attempts_hash_length check (octet_length(email_hash) = 32 and octet_length(network_hash) = 32)
) with (
    fillfactor = 85
);

create index sign_in_attempts_by_age on sign_in_attempts (attempted_at);

create table sign_in_accounts (
    email_hash    bytea       not null primary key,
    counted_until timestamptz not null,
    constraint sign_in_accounts_hash_length check (octet_length(email_hash) = 32)
) with (
    fillfactor = 85
);

create index sign_in_accounts_by_age on sign_in_accounts (counted_until);

-- What changed before this has position 0: whoever starts reads from there.
drop index sessions_ended;
alter table sessions drop constraint sessions_ended_for_a_reason;
alter table sessions add column ended_position bigint;
update sessions set ended_position = 0 where ended_at is not null;
alter table sessions drop column ended_xid;
alter table sessions add constraint sessions_ended_for_a_reason check (
    (ended_at is null) = (ended_because is null) and (ended_at is null) = (ended_position is null));
create index sessions_ended on sessions (ended_position) where ended_position is not null;

drop index api_keys_changed;
alter table api_keys drop column changed_xid;
alter table api_keys add column changed_position bigint not null default 0;
alter table api_keys alter column changed_position set default journal_position();
create index api_keys_changed on api_keys (changed_position);
