-- What sales did with leads and deals, as last exported: calls, e-mails, meetings.
create table staging.activity (
  activity_id  varchar   not null comment 'id in the CRM',
  occurred_at  timestamp not null comment 'moment it took place, or is to take place, UTC',
  type         varchar   not null comment 'kind of activity in lower case',
  person_key   bigint             comment 'surrogate of the lead it was with',
  deal_id      varchar            comment 'the deal it was about',
  status       varchar            comment 'what became of it in lower case, such as held; NULL when the file says nothing',
  load_id      bigint    not null comment 'the load the row came with',
  primary key (activity_id)
) as
select
  r.activity_id,
  r.occurred_at,
  lower(trim(r.type)) as type,
  r.person_key,
  r.deal_id,
  lower(trim(r.status)) as status,
  r.load_id
from raw.activity as r
inner join meta.current_part as p on p.object = 'activity' and p.part = r.part and p.load_id = r.load_id
