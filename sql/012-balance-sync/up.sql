-- Mobile banking users, the balances of their accounts, and how far they are brought up to date. See notes.md.

create table fdh_mobile_users (
    mobile_user_id  uuid        not null primary key,
    context         text        not null,
    username        text        not null,
    -- Lower-cased by the product with the invariant culture, so that no collation of the database matters.
    username_key    text        not null,
    full_name       text        not null,
    customer_number text        not null,
    account_number  text        not null,
    is_active       boolean     not null,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    constraint fdh_mobile_users_username_unique unique (username_key),
    constraint fdh_mobile_users_context_known check (context in ('MOBILE_BANKING', 'WALLET'))
);

create table fdh_mobile_user_accounts (
    mobile_user_id uuid        not null references fdh_mobile_users (mobile_user_id),
    account_number text collate "C" not null,
    account_type   text        not null,
    is_primary     boolean     not null,
    is_active      boolean     not null,
    inactive_reason text,
    balance        numeric,
    currency       text,
    last_synced_at timestamptz,
    failed_at      timestamptz,
    last_error     text,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    constraint fdh_mobile_user_accounts_pkey primary key (mobile_user_id, account_number),
    constraint fdh_mobile_user_accounts_balance_whole check (
        (balance is null) = (currency is null) and (balance is null) = (last_synced_at is null)),
    constraint fdh_mobile_user_accounts_balance_is_a_number check (balance = balance and abs(balance) < 1e18),
    constraint fdh_mobile_user_accounts_failed_for_a_reason check ((failed_at is null) = (last_error is null)),
    constraint fdh_mobile_user_accounts_inactive_for_a_reason check (inactive_reason is null or not is_active),
    -- Judged at the end of a transaction, so that one statement can hand it from one account to another.
    constraint fdh_mobile_user_accounts_one_primary exclude using btree (mobile_user_id with =) where (is_primary) deferrable initially deferred
) with (
    fillfactor = 80
);

create table fdh_balance_sweep (
    is_only        boolean     not null primary key default true,
    is_running     boolean     not null,
    started_at     timestamptz,
    ended_at       timestamptz,
    after_user     uuid,
    after_account  text collate "C",
    constraint fdh_balance_sweep_only check (is_only),
    constraint fdh_balance_sweep_has_a_place check (
        (after_user is null) = (after_account is null) and (after_user is null or (started_at is not null and ended_at is null)))
);

insert into fdh_balance_sweep (is_running) values (true);

alter table jobs add column again_lane smallint;
alter table jobs add constraint jobs_again_lane_known check (again_lane between 0 and 1);
alter table jobs add constraint jobs_again_while_running check (again_lane is null or state = 2);
