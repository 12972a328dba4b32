-- Contributions to what sales did: one row per meeting that was held, on its day.
-- source: crm_activities
create table measures.activity (
  day            date    not null comment 'day of the meeting',
  row_key        varchar not null comment 'the activity',
  load_id        bigint  not null comment 'the load the row came with',
  channel        varchar not null comment 'slice: lead source, else channel of the deal',
  meetings_held  bigint  not null comment 'measure: 1',
  primary key (row_key)
) as
select
  local_date(a.occurred_at) as day,
  'activity ' || a.activity_id as row_key,
  a.load_id,
  coalesce(l.channel, d.channel, '(unknown)') as channel,
  1 as meetings_held
from staging.activity as a
cross join meta.business_date as b
left join facts.person as p on p.person_key = a.person_key
left join facts.lead as l on l.person_key = p.survivor_key
left join facts.deal as d on d.deal_id = a.deal_id
where a.type = 'meeting' and a.status = 'held' and local_date(a.occurred_at) < b.business_date
