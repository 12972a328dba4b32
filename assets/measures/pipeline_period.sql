-- Open opportunities at the end of each period: a stock, never summed over time. Known from the first entry of a deal's
-- stage history on, else from the day before the deals were first loaded: a later export does not tell what was open.
-- source: crm_deals
-- measures: pipeline_eur, open_deals, open_deals_without_amount
-- grains: day (total, channel), week (total, channel, segment, stage), month (total, channel, segment, stage), quarter (total, channel, segment, stage), year (total, channel, segment, stage)
-- left out of pipeline_eur: open_deals_without_amount of open_deals: open deals have no amount
create table measures.pipeline_period (
  measure       varchar        not null comment 'name of the measure',
  grain         varchar        not null comment 'day, week, month, quarter or year',
  period_start  date           not null comment 'first day of the period',
  slice         varchar        not null comment 'total, channel, segment or stage of the deal',
  member        varchar        not null comment 'value of the slice; empty for total',
  value         decimal(38, 6)          comment 'at the end of the last day, in EUR by the rate of that day; NULL when a rate is missing',
  primary key (measure, grain, period_start, slice, member)
) as
with last_entry as (
  select
    s.deal_id, local_date(s.entered_at) as day, s.stage,
    replace(replace(replace(s.stage, ' ', ''), '-', ''), '_', '') in ('won', 'closedwon', 'lost', 'closedlost') as is_closing,
    row_number() over (partition by s.deal_id, local_date(s.entered_at) order by s.entered_at desc, s.stage) as place
  from staging.deal_stage as s
),
stage_span as (
  select
    deal_id, stage, is_closing, day as first_day,
    coalesce(cast(lead(day) over (partition by deal_id order by day) - 1 as date), cast('2999-12-31' as date)) as last_day
  from last_entry
  where place = 1
),
last_version as (
  -- an export of a morning tells of the evening before
  select
    deal_id, cast(as_of - 1 as date) as day, stage, status, local_date(closed_at) as closed_day, amount, currency,
    row_number() over (partition by deal_id, as_of order by load_id desc) as place
  from staging.deal_version
),
version_span as (
  select
    deal_id, day, stage, status, closed_day, amount, currency,
    -- before it was first loaded a deal is taken to have had its first value
    case
      when lag(day) over (partition by deal_id order by day) is null then cast('1900-01-01' as date)
      else day
    end as first_day,
    coalesce(cast(lead(day) over (partition by deal_id order by day) - 1 as date), cast('2999-12-31' as date)) as last_day
  from last_version
  where place = 1
),
known_from as (
  select least(min(day), min(entered_day)) as day
  from (
    select min(day) as day, cast(null as date) as entered_day from last_version
    union all
    select cast(null as date) as day, min(day) as entered_day from last_entry
  ) as known
),
shown as (
  select p.grain, p.period_start, least(p.period_end, c.last_day, cast(b.business_date - 1 as date)) as day
  from reference.period as p
  cross join meta.business_date as b
  cross join known_from as k
  inner join staging.source_coverage as c on c.source = 'crm_deals' and p.period_start <= c.last_day
  where p.period_start < b.business_date and least(p.period_end, c.last_day, cast(b.business_date - 1 as date)) >= k.day
),
standing as (
  select
    p.grain, p.period_start, d.channel, d.segment,
    coalesce(e.stage, case when v.day <= p.day then v.stage end, '(unknown)') as stage,
    v.amount,
    round(v.amount * x.eur_per_unit, 2) as amount_eur
  from shown as p
  inner join facts.deal as d
    on d.is_new_business and d.opportunity_day <= p.day
    and (coalesce(d.won_day, d.lost_day) is null or coalesce(d.won_day, d.lost_day) > p.day)
  inner join version_span as v on v.deal_id = d.deal_id and p.day between v.first_day and v.last_day
  left join stage_span as e on e.deal_id = d.deal_id and p.day between e.first_day and e.last_day
  left join reference.exchange_rate as x on x.currency = v.currency and p.day between x.valid_from and x.valid_until
  where not coalesce(e.is_closing, false)
    -- once closed and opened again since
    and (e.deal_id is not null or v.status = 'open' or v.closed_day is null or v.closed_day > p.day)
),
sliced as (
  select grain, period_start, 'total' as slice, '' as member, amount, amount_eur from standing
  union all
  select grain, period_start, 'channel' as slice, channel as member, amount, amount_eur from standing
  union all
  select grain, period_start, 'segment' as slice, segment as member, amount, amount_eur from standing where grain <> 'day'
  union all
  select grain, period_start, 'stage' as slice, stage as member, amount, amount_eur from standing where grain <> 'day'
  union all
  -- a day on which nothing was open
  select grain, period_start, 'total' as slice, '' as member, null as amount, null as amount_eur from shown
),
counted as (
  select
    grain, period_start, slice, member,
    sum(coalesce(amount_eur, 0)) as pipeline_eur,
    max(case when amount is not null and amount_eur is null then 1 else 0 end) as is_unpriced,
    count(*) - case when slice = 'total' then 1 else 0 end as open_deals,
    sum(case when amount is null then 1 else 0 end) - case when slice = 'total' then 1 else 0 end as open_deals_without_amount
  from sliced
  group by grain, period_start, slice, member
)
select 'pipeline_eur' as measure, grain, period_start, slice, member, case when is_unpriced = 0 then pipeline_eur end as value
from counted
union all
select 'open_deals' as measure, grain, period_start, slice, member, open_deals as value
from counted
union all
select
  'open_deals_without_amount' as measure, grain, period_start, slice, member, open_deals_without_amount as value
from counted
