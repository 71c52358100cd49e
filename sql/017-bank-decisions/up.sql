-- What operators have decided about the bank's payments, kept with the payments. See notes.md.

alter table bank_credits add column closed_at timestamptz;
alter table bank_credits add column closed_because text;
alter table bank_credits add constraint bank_credits_closed_for_a_reason check ((closed_at is null) = (closed_because is null));

update bank_credits c set closed_at = j.updated_at, closed_because = j.last_error
from jobs j where j.kind = 'bank-credit' and j.key = c.reference and j.state = 5 and c.credited_at is null;

create table bank_credit_contradictions (
    reference      text collate "C" not null references bank_credits (reference),
    account_number text collate "C" not null,
    amount_minor   bigint      not null,
    currency       text        not null,
    reported_at    timestamptz not null,
    constraint bank_credit_contradictions_pkey primary key (reference, account_number, amount_minor, currency)
);

create trigger bank_credit_contradictions_append_only before update or delete or truncate on bank_credit_contradictions
    for each statement execute function refuse_change();
