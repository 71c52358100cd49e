-- The audit keeps by which request id each request asked. See notes.md.

alter table api_audit
    add column request_of uuid,
    add column request_id text collate "C",
    add column may_have_made smallint,
    add constraint api_audit_request_id_length check (octet_length(request_id) between 1 and 1024) not valid,
    add constraint api_audit_request_of_one check (request_of is null or request_id is not null) not valid,
    add constraint api_audit_may_have_made_known check (may_have_made in (1, 3, 4, 7)) not valid,
    add constraint api_audit_may_have_made_one check (may_have_made is null or (made is null and request_of is not null)) not valid;
