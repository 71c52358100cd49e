-- What was corrected behind a consumer's back is not overwritten by what it made before. See notes.md.

alter table activity_positions add column corrections bigint not null default 0;
