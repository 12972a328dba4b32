-- Contributions to the lead measures: one row per lead, on the day it was created.
-- source: crm_leads
create table measures.lead (
  day           date    not null comment 'day of creation',
  row_key       varchar not null comment 'the lead',
  load_id       bigint  not null comment 'the load the row came with',
  channel       varchar not null comment 'slice: lead source',
  device        varchar not null comment 'slice: device',
  new_leads     bigint  not null comment 'measure: 1',
  online_leads  bigint           comment 'measure: 1 when the CRM calls the origin online',
  primary key (row_key)
) as
select
  created_day as day,
  'lead ' || cast(person_key as varchar) as row_key,
  load_id,
  channel,
  device,
  1 as new_leads,
  case when origin = 'online' then 1 end as online_leads
from facts.lead
