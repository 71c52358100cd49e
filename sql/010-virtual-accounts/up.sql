-- Accounts at the bank whose payments are credited to wallets, and what the bank has told of them. See notes.md.

create table virtual_accounts (
    account_number text collate "C" not null primary key,
    wallet_id      uuid        not null,
    account_name   text        not null,
    bank_code      text        not null,
    bank_name      text        not null,
    provider       text        not null,
    currency       text        not null,
    created_at     timestamptz not null,
    constraint virtual_accounts_wallet_unique unique (wallet_id),
    constraint virtual_accounts_number_form check (account_number ~ '^[0-9]{10}$')
);

create trigger virtual_accounts_append_only before update or delete or truncate on virtual_accounts
    for each statement execute function refuse_change();

create table bank_credits (
    reference      text collate "C" not null primary key,
    account_number text collate "C" not null,
    amount_minor   bigint      not null,
    currency       text        not null,
    sender_name    text,
    narration      text,
    occurred_at    timestamptz not null,
    source         smallint    not null,
    received_at    timestamptz not null,
    wallet_id      uuid,
    entry_id       uuid,
    credited_at    timestamptz,
    constraint bank_credits_reference_length check (octet_length(reference) between 1 and 400),
    constraint bank_credits_amount_positive check (amount_minor > 0),
    constraint bank_credits_source_known check (source between 1 and 2),
    constraint bank_credits_credited_whole check (num_nulls(wallet_id, entry_id, credited_at) in (0, 3))
) with (fillfactor = 80);

create index bank_credits_day on bank_credits (occurred_at, reference);

-- What the bank has told does not change, nor what became of it once it is credited.
create trigger bank_credits_credited_once before update on bank_credits
    for each row when (
        old.credited_at is not null
        or (old.reference, old.account_number, old.amount_minor, old.currency) is distinct from (new.reference, new.account_number, new.amount_minor, new.currency))
    execute function refuse_change();

create trigger bank_credits_kept before delete or truncate on bank_credits
    for each statement execute function refuse_change();

create table bank_reconciliations (
    day     date        not null primary key,
    ran_at  timestamptz not null,
    content bytea       not null
);

-- Those who registered before there were virtual accounts get theirs, too.
insert into jobs (job_id, kind, key, lane, payload, state, due_at, attempts, created_at, updated_at)
select user_id, 'create-virtual-account', wallet_id::text, 1, '', 1, now(), 0, now(), now()
from users where wallet_id is not null and wallet_currency = 'NGN'
on conflict do nothing;
