-- What the product finds out about its own books: results of checks, totals of accounts, signed checkpoints. See notes.md.

create table audits (
    audit_id bigint      not null generated always as identity primary key,
    kind     text        not null,
    ran_at   timestamptz not null,
    content  bytea       not null
);

create index audits_newest on audits (kind, audit_id);

create table reconciled_wallets (
    wallet_id     uuid    not null primary key,
    version       bigint  not null,
    balance_minor numeric not null,
    hash          bytea   not null
) with (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.05
);

create table account_totals (
    currency      text    not null,
    account       text    not null,
    balance_minor numeric not null,
    primary key (currency, account)
) with (fillfactor = 50);

create table reconciled_transfers (
    only_row boolean     not null primary key default true check (only_row),
    up_to    timestamptz not null
);

insert into reconciled_transfers (up_to) values ('epoch');

create table checkpoints (
    taken_at  timestamptz not null primary key,
    wallets   bigint      not null,
    file      text        not null,
    sha256    bytea       not null,
    signature bytea       not null,
    key_id    text        not null,
    constraint checkpoints_sha256_length check (octet_length(sha256) = 32)
);

create trigger checkpoints_append_only before update or delete or truncate on checkpoints
    for each statement execute function refuse_change();

create index holds_active on holds (wallet_id) include (amount_minor) where state = 1;

create index transfers_not_completed on transfers (state, transfer_id) where state in (3, 4);
