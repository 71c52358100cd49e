-- People and systems that sign in. Accounts are few and change seldom; money never depends on this table.
create table users (
    user_id        uuid        not null primary key,
    email          text        not null,
    -- Lower-cased by the product with the invariant culture, so that no collation of the database matters.
    email_key      text        not null unique,
    password_hash  text        not null,
    full_name      text        not null,
    phone          text,
    role           text        not null,
    wallet_id      uuid,
    wallet_currency text,
    created_at     timestamptz not null
);
