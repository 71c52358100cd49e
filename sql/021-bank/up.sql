-- Payments are compared with statements by when they were reported. See notes.md.

create index bank_credits_received on bank_credits (received_at, reference);

alter table bank_credits disable trigger bank_credits_credited_once;
update bank_credits set occurred_at = received_at where not isfinite(occurred_at);
alter table bank_credits enable trigger bank_credits_credited_once;
alter table bank_credits add constraint bank_credits_occurred_finite check (isfinite(occurred_at));
