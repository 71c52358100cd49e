-- Every request that may have changed something. See notes.md.

create table api_audit (
    audit_id       uuid        not null primary key,
    at             timestamptz not null,
    method         text        not null,
    url            text        not null,
    body           text,
    body_bytes     int         not null,
    headers        json        not null,
    client_ip      inet,
    user_id        uuid,
    status         smallint    not null,
    duration_us    int         not null,
    correlation_id text collate "C" not null,
    made           smallint,
    made_id        uuid,
    replayed       boolean     not null,
    constraint api_audit_body_length check (octet_length(body) <= 8192),
    constraint api_audit_made_known check (made between 1 and 6),
    constraint api_audit_made_has_id check ((made is null) = (made_id is null))
) partition by range (audit_id);

create trigger api_audit_append_only before update or delete or truncate on api_audit
    for each statement execute function refuse_change();

create index api_audit_of_user on api_audit (user_id, audit_id);
create index api_audit_correlation on api_audit (correlation_id);
