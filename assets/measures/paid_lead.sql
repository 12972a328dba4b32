-- Contributions to the leads that ads are measured by: leads of paid channels only.
-- source: crm_leads
create table measures.paid_lead (
  day         date    not null comment 'day of creation',
  row_key     varchar not null comment 'the lead',
  load_id     bigint  not null comment 'the load the row came with',
  channel     varchar not null comment 'slice: lead source',
  campaign    varchar not null comment 'slice: campaign of the lead',
  ad          varchar not null comment 'slice: advertisement of the lead',
  paid_leads  bigint  not null comment 'measure: 1',
  primary key (row_key)
) as
select
  l.created_day as day,
  'lead ' || cast(l.person_key as varchar) as row_key,
  l.load_id,
  l.channel,
  l.campaign,
  l.ad,
  1 as paid_leads
from facts.lead as l
inner join reference.paid_channel as p on p.channel = l.channel
