-- First entry of every person into every funnel stage; a later stage implies the earlier ones.
create table facts.stage_entry (
  person_key      bigint    not null comment 'surrogate of the surviving record',
  stage           varchar   not null comment 'stage of the funnel',
  stage_position  integer   not null comment 'place of the stage in the configured order, from 1',
  entered_at      timestamp not null comment 'first entry into this stage or a later one, UTC; for lead the creation',
  entered_day     date      not null comment 'the same, as a day in the reporting zone',
  is_implied      boolean   not null comment 'no own entry that early: dated at a later stage',
  channel         varchar   not null comment 'lead source',
  campaign        varchar   not null comment 'campaign of the lead',
  ad              varchar   not null comment 'advertisement of the lead',
  offer           varchar   not null comment 'offer of the lead',
  region          varchar   not null comment 'region of the lead',
  origin          varchar   not null comment 'origin of the lead: online, offline or (unknown)',
  device          varchar   not null comment 'device of the lead',
  segment         varchar   not null comment 'segment of the lead',
  load_id         bigint    not null comment 'the load of the entry that dates it',
  primary key (person_key, stage)
) as
with deals_loaded as (
  select count(*) as deals from staging.deal
),
own_entry as (
  select
    p.survivor_key as person_key,
    s.position,
    e.entered_at,
    e.load_id
  from staging.lead_stage as e
  inner join facts.person as p on p.person_key = e.person_key
  inner join reference.stage as s on s.stage = e.stage
  cross join deals_loaded as d
  where s.position > 1 and (d.deals = 0 or s.stage not in ('opportunity', 'customer'))
  union all
  select d.person_key, s.position, d.opportunity_at as entered_at, d.load_id
  from facts.deal as d
  inner join reference.stage as s on s.stage = 'opportunity'
  where d.is_new_business and d.person_key is not null and d.opportunity_at is not null
  union all
  select d.person_key, s.position, d.won_at as entered_at, d.load_id
  from facts.deal as d
  inner join reference.stage as s on s.stage = 'customer'
  where d.is_new_business and d.person_key is not null and d.won_at is not null
  union all
  select o.person_key, s.position, sent.ordered_at as entered_at, o.load_id
  from facts.shop_order as o
  inner join staging.shop_order as sent on sent.order_id = o.order_id
  inner join reference.stage as s on s.stage = 'customer'
  cross join reference.setting as t
  where t.customers_from in ('orders', 'both') and o.person_key is not null
),
counted_entry as (
  select
    e.person_key,
    e.position,
    e.entered_at,
    e.load_id
  from own_entry as e
  cross join meta.business_date as b
  where local_date(e.entered_at) < b.business_date
),
candidate as (
  select
    e.person_key,
    s.position,
    e.entered_at,
    e.position > s.position as is_implied,
    e.load_id,
    row_number() over (
      partition by e.person_key, s.position
      order by e.entered_at, e.position, e.load_id
    ) as place
  from counted_entry as e
  inner join reference.stage as s on s.position <= e.position and s.position > 1
),
first_entry as (
  select person_key, position, entered_at, is_implied, load_id
  from candidate
  where place = 1
  union all
  select person_key, 1 as position, created_at as entered_at, false as is_implied, load_id
  from facts.lead
)
select
  e.person_key,
  s.stage,
  s.position as stage_position,
  e.entered_at,
  local_date(e.entered_at) as entered_day,
  e.is_implied,
  l.channel,
  l.campaign,
  l.ad,
  l.offer,
  l.region,
  coalesce(l.origin, '(unknown)') as origin,
  l.device,
  l.segment,
  e.load_id
from first_entry as e
inner join facts.lead as l on l.person_key = e.person_key
inner join reference.stage as s on s.position = e.position
