-- What a wallet's entries add to each account, beside how far they are summed; and how far the full reconciliation has come. See notes.md.

-- It follows from the entries, and the next reconciliation sums them again. No defaults: a silo of before, which knows nothing of accounts, is refused.
truncate reconciled_wallets, account_totals;

alter table reconciled_wallets
    add column accounts      text[]    not null,
    add column amounts_minor numeric[] not null,
    add constraint reconciled_wallets_accounts_whole check (
        cardinality(accounts) = cardinality(amounts_minor) and array_position(accounts, null) is null and array_position(amounts_minor, null) is null);

create table full_reconciliation (
    only_row      boolean     not null primary key default true check (only_row),
    phase         smallint    not null,
    bill_at       timestamptz not null,
    last_id       uuid        not null,
    version       bigint      not null,
    entries       bigint      not null,
    accounts      text[]      not null,
    amounts_minor numeric[]   not null,
    differences   bigint      not null,
    constraint full_reconciliation_phase_known check (phase between 1 and 4)
) with (fillfactor = 10);

create table full_reconciliation_deviations (
    currency     text    not null,
    account      text    not null,
    amount_minor numeric not null,
    primary key (currency, account)
);

create table full_reconciliation_differences (
    number   bigint not null generated always as identity primary key,
    what     text   not null,
    place    text   not null,
    expected text   not null,
    found    text   not null
);
