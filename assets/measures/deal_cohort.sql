-- Contributions to the win rate: one row per opportunity, with whether it was won within the window.
-- source: crm_deals else crm_stages
create table measures.deal_cohort (
  day                              date    not null comment 'day of the opportunity',
  row_key                          varchar not null comment 'the deal, or the person where no deals are loaded',
  load_id                          bigint  not null comment 'the load the row came with',
  channel                          varchar not null comment 'slice: channel of the deal, else lead source',
  campaign                         varchar not null comment 'slice: campaign of the deal, else of the lead',
  ad                               varchar not null comment 'slice: advertisement of the deal, else of the lead',
  offer                            varchar not null comment 'slice: offer of the lead',
  region                           varchar not null comment 'slice: region of the lead',
  segment                          varchar not null comment 'slice: segment of the deal, else of the lead',
  opportunity_cohort               bigint  not null comment 'measure: opportunities; lost and open ones stay in',
  opportunity_to_customer_reached  bigint  not null comment 'measure: of these, won within the window',
  primary key (row_key)
) as
select
  d.opportunity_day as day,
  'deal ' || d.deal_id as row_key,
  d.load_id,
  d.channel,
  d.campaign,
  d.ad,
  d.offer,
  d.region,
  d.segment,
  1 as opportunity_cohort,
  case
    when d.won_day is not null and date_diff('day', d.opportunity_day, d.won_day) <= s.conversion_window_days then 1
    else 0
  end as opportunity_to_customer_reached
from facts.deal as d
cross join reference.setting as s
where d.is_new_business and d.opportunity_day is not null
union all
select
  o.entered_day as day,
  'lead ' || cast(o.person_key as varchar) as row_key,
  o.load_id,
  o.channel,
  o.campaign,
  o.ad,
  o.offer,
  o.region,
  o.segment,
  1 as opportunity_cohort,
  case
    when c.entered_day is not null and date_diff('day', o.entered_day, c.entered_day) <= s.conversion_window_days
      then 1
    else 0
  end as opportunity_to_customer_reached
from facts.stage_entry as o
cross join reference.setting as s
left join facts.stage_entry as c on c.person_key = o.person_key and c.stage = 'customer'
where o.stage = 'opportunity' and not exists (select 1 from staging.deal)
