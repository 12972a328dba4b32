-- Contributions to the opportunity count: one row per new-business deal, or per person where no deals are loaded.
-- source: crm_deals else crm_stages
create table measures.opportunity (
  day            date    not null comment 'day the quote was sent, else the deal was created',
  row_key        varchar not null comment 'deal, or person without deals',
  load_id        bigint  not null comment 'the load the row came with',
  channel        varchar not null comment 'slice: channel of the deal, else lead source',
  lead_source    varchar not null comment 'slice: channel of the lead, else of the deal',
  campaign       varchar not null comment 'slice: campaign of the deal, else of the lead',
  ad             varchar not null comment 'slice: advertisement of the deal, else of the lead',
  offer          varchar not null comment 'slice: offer of the lead',
  region         varchar not null comment 'slice: region of the lead',
  segment        varchar not null comment 'slice: segment of the deal, else of the lead',
  device         varchar not null comment 'slice: device of the lead',
  opportunities  bigint  not null comment 'measure: 1',
  primary key (row_key)
) as
select
  opportunity_day as day,
  'deal ' || deal_id as row_key,
  load_id,
  channel,
  lead_source,
  campaign,
  ad,
  offer,
  region,
  segment,
  device,
  1 as opportunities
from facts.deal
where is_new_business and opportunity_day is not null
union all
select
  e.entered_day as day,
  'lead ' || cast(e.person_key as varchar) as row_key,
  e.load_id,
  e.channel,
  e.channel as lead_source,
  e.campaign,
  e.ad,
  e.offer,
  e.region,
  e.segment,
  e.device,
  1 as opportunities
from facts.stage_entry as e
where e.stage = 'opportunity' and not exists (select 1 from staging.deal)
