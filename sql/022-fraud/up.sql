-- What rules have found, each finding once, in whatever order events come. See notes.md.

create table fraud_findings (
    wallet_id   uuid        not null,
    rule        text        not null,
    version     bigint      not null,
    occurred_at timestamptz not null,
    constraint fraud_findings_pkey primary key (wallet_id, rule, version)
);

insert into fraud_findings (wallet_id, rule, version, occurred_at)
select a.wallet_id, a.rule, e.version, e.occurred_at
from fraud_evidence e
join fraud_alerts a on a.alert_id = e.alert_id
on conflict do nothing;
