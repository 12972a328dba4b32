-- Contributions to the stage counts of persons: one row per person and stage, on the day of the first entry.
-- source: crm_leads; crm_stages else crm_deals
create table measures.stage_entry (
  day                       date    not null comment 'day of the first entry',
  row_key                   varchar not null comment 'person and stage',
  load_id                   bigint  not null comment 'the load the row came with',
  channel                   varchar not null comment 'slice: lead source',
  campaign                  varchar not null comment 'slice: campaign of the lead',
  ad                        varchar not null comment 'slice: advertisement of the lead',
  offer                     varchar not null comment 'slice: offer of the lead',
  region                    varchar not null comment 'slice: region of the lead',
  segment                   varchar not null comment 'slice: segment of the lead',
  device                    varchar not null comment 'slice: device',
  mqls                      bigint           comment 'measure: 1 for marketing qualified leads',
  sals                      bigint           comment 'measure: 1 for sales accepted leads',
  sqls                      bigint           comment 'measure: 1 for sales qualified leads',
  qualified_leads           bigint           comment 'measure: 1 for the stage the company calls qualified',
  leads_delivered_to_sales  bigint           comment 'measure: 1 for the stage in which leads are handed over',
  primary key (row_key)
) as
select
  e.entered_day as day,
  'lead ' || cast(e.person_key as varchar) || ' ' || e.stage as row_key,
  e.load_id,
  e.channel,
  e.campaign,
  e.ad,
  e.offer,
  e.region,
  e.segment,
  e.device,
  case when e.stage = 'mql' then 1 end as mqls,
  case when e.stage = 'sal' then 1 end as sals,
  case when e.stage = 'sql' then 1 end as sqls,
  case when e.stage = s.qualified_stage then 1 end as qualified_leads,
  case when e.stage = s.handover_stage then 1 end as leads_delivered_to_sales
from facts.stage_entry as e
cross join reference.setting as s
