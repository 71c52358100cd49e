-- Payments of bills. See notes.md.

create table bills (
    payment_id         uuid        not null primary key,
    wallet_id          uuid        not null,
    owner_id           uuid,
    biller_code        text collate "C" not null,
    customer_reference text        not null,
    amount_minor       bigint      not null,
    currency           text        not null,
    request_id         text collate "C" not null,
    fingerprint        bytea       not null,
    state              smallint    not null,
    revision           int         not null,
    awaiting_since     timestamptz,
    content            bytea       not null,
    created_at         timestamptz not null,
    updated_at         timestamptz not null,
    constraint bills_request_id_unique unique (wallet_id, request_id),
    constraint bills_request_id_length check (octet_length(request_id) between 1 and 1024),
    constraint bills_fingerprint_length check (octet_length(fingerprint) = 16),
    constraint bills_amount_positive check (amount_minor > 0),
    constraint bills_state_known check (state between 1 and 8),
    constraint bills_unknown_is_awaited check (state <> 3 or awaiting_since is not null)
) with (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.05
);

create index bills_of_owner on bills (owner_id, payment_id) where owner_id is not null;
create index bills_of_wallet on bills (wallet_id, payment_id);
create index bills_unfinished on bills (payment_id) where state in (1, 2, 3, 4, 6);
create index bills_given_up on bills (payment_id) where state in (7, 8);
create index bills_updated on bills (updated_at);

-- What was decided stays decided, each end is an end, and what was asked for does not change.
create trigger bills_move_forward before update on bills
    for each row when (
        (old.state, new.state) not in (
            (1, 2), (1, 8), (2, 2), (2, 3), (3, 2), (3, 3), (2, 4), (3, 4), (2, 6), (3, 6), (4, 4), (4, 5), (5, 5), (6, 6), (6, 7), (7, 7))
        or new.revision <> old.revision + 1
        or (old.payment_id, old.wallet_id, old.biller_code, old.customer_reference, old.amount_minor, old.currency, old.request_id, old.fingerprint)
            is distinct from
           (new.payment_id, new.wallet_id, new.biller_code, new.customer_reference, new.amount_minor, new.currency, new.request_id, new.fingerprint))
    execute function refuse_change();

create trigger bills_kept before delete or truncate on bills
    for each statement execute function refuse_change();

-- How far bills were compared with wallets.
create table reconciled_bills (
    is_only boolean     not null primary key default true,
    up_to   timestamptz not null,
    constraint reconciled_bills_only check (is_only)
);

insert into reconciled_bills (up_to) values ('epoch');
