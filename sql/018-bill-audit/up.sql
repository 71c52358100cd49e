-- Requests that pay bills say so. See notes.md.

alter table api_audit drop constraint api_audit_made_known;
alter table api_audit add constraint api_audit_made_known check (made between 1 and 7);
