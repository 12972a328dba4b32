-- Contributions of deals: one row on the day a deal was created, and one on the day it was won or lost.
-- source: crm_deals
-- left out of new_business_closed_eur: lost_deals_without_amount of lost_deals: lost deals have no amount
-- left out of won_deals_with_amount: deals_won_without_amount of deals_won: won deals have no amount
-- left out of pipeline_created_eur: deals_created_without_amount of deals_created: deals had no amount when they were first loaded
create table measures.deal (
  day                           date           not null comment 'day of creation, or of the decision',
  row_key                       varchar        not null comment 'the deal and what happened',
  load_id                       bigint         not null comment 'the load the row came with',
  channel                       varchar        not null comment 'slice: own channel, else lead source',
  segment                       varchar        not null comment 'slice: own segment, else that of the lead',
  deals_created                 bigint                  comment 'measure: 1 for new business',
  deals_created_without_amount  bigint                  comment 'measure: 1 for new business that was first loaded without a value',
  pipeline_created_eur          decimal(38, 6)          comment 'measure: value of new business as first loaded',
  new_deals_closed              bigint                  comment 'measure: 1 for new business, won or lost',
  new_deals_won                 bigint                  comment 'measure: 1 for new business that was won',
  new_business_closed_eur       decimal(38, 6)          comment 'measure: value of new business, won or lost; 0 when it has none',
  new_business_won_eur          decimal(38, 6)          comment 'measure: value of new business that was won',
  lost_deals                    bigint                  comment 'measure: 1 for new business that was lost',
  lost_deals_without_amount     bigint                  comment 'measure: 1 for new business that was lost and has no value, or 0',
  deals_won                     bigint                  comment 'measure: 1 for a won deal of any type',
  deals_won_without_amount      bigint                  comment 'measure: 1 for a won deal without a value',
  won_deals_with_amount         bigint                  comment 'measure: 1 for a won deal with a value',
  deals_won_eur                 decimal(38, 6)          comment 'measure: value of won deals of any type',
  marketing_sourced_eur         decimal(38, 6)          comment 'measure: value of won deals whose lead source is a marketing channel',
  unpriced_rows                 bigint         not null comment 'unpriced: 1 when no rate turns the value into EUR',
  primary key (row_key)
) as
select
  d.created_day as day,
  'deal ' || d.deal_id || ' created' as row_key,
  d.load_id,
  d.channel,
  d.segment,
  1 as deals_created,
  case when not d.had_amount then 1 end as deals_created_without_amount,
  d.created_eur as pipeline_created_eur,
  null as new_deals_closed,
  null as new_deals_won,
  null as new_business_closed_eur,
  null as new_business_won_eur,
  null as lost_deals,
  null as lost_deals_without_amount,
  null as deals_won,
  null as deals_won_without_amount,
  null as won_deals_with_amount,
  null as deals_won_eur,
  null as marketing_sourced_eur,
  case when d.had_amount and d.created_eur is null then 1 else 0 end as unpriced_rows
from facts.deal as d
cross join meta.business_date as b
where d.is_new_business and d.created_day < b.business_date
union all
select
  coalesce(d.won_day, d.lost_day) as day,
  'deal ' || d.deal_id || ' closed' as row_key,
  d.load_id,
  d.channel,
  d.segment,
  null as deals_created,
  null as deals_created_without_amount,
  null as pipeline_created_eur,
  case when d.is_new_business then 1 end as new_deals_closed,
  case when d.is_new_business and d.won_day is not null then 1 end as new_deals_won,
  case when d.is_new_business then coalesce(d.amount_eur, d.lost_eur, 0) end as new_business_closed_eur,
  case when d.is_new_business then d.amount_eur end as new_business_won_eur,
  case when d.is_new_business and d.lost_day is not null then 1 end as lost_deals,
  case when d.is_new_business and d.lost_day is not null and coalesce(d.lost_eur, 0) = 0 then 1 end
    as lost_deals_without_amount,
  case when d.won_day is not null then 1 end as deals_won,
  case when d.won_day is not null and not d.has_amount then 1 end as deals_won_without_amount,
  case when d.won_day is not null and d.has_amount then 1 end as won_deals_with_amount,
  d.amount_eur as deals_won_eur,
  case when c.is_marketing then d.amount_eur end as marketing_sourced_eur,
  case when d.has_amount and coalesce(d.amount_eur, d.lost_eur) is null then 1 else 0 end as unpriced_rows
from facts.deal as d
left join reference.known_channel as c on c.channel = d.lead_source
where d.won_day is not null or d.lost_day is not null
