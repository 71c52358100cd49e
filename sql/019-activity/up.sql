-- What was corrected behind a consumer's back is not overwritten by what it made before. See notes.md.

alter table activity_positions add column corrections bigint not null default 0;

-- What is wanted at once while it runs is done once more at once, whatever becomes of that run.

alter table jobs add column again_at_once boolean not null default false;

-- A row of the audit may stand for several requests that were refused.

alter table api_audit add column requests int not null default 1;
