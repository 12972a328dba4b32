-- The event counts by device, campaign, source and landing page, as GA4 counted them for days, or months where the members
-- are many. What it did not tell of a period is (withheld), so that members sum to the total.
-- source: ga4_event
-- further slices: yes
-- asked of ga4: eventName (conversions, sign_ups)
create table measures.event_slice (
  day            date    not null comment 'day of the events; the first of the month for sources and pages',
  row_key        varchar not null comment 'slice, day and member',
  load_id        bigint           comment 'the load the row came with; NULL of what is withheld',
  device         varchar          comment 'slice: device category',
  campaign       varchar          comment 'slice: session campaign name',
  source_medium  varchar          comment 'slice: session source and medium',
  landing_page   varchar          comment 'slice: page the session began on, without query',
  conversions    bigint           comment 'measure: events of the conversion set',
  sign_ups       bigint           comment 'measure: sign-ups',
  primary key (row_key)
) as
with counted as (
  select
    p.slice, p.period_start as day, p.member, max(p.load_id) as load_id,
    sum(case when e.role = 'conversion' then p.events end) as conversions,
    sum(case when e.role = 'sign_up' then p.events end) as sign_ups
  from staging.ga4_period as p
  inner join reference.website_event as e on e.event_name = p.split_member and e.role in ('conversion', 'sign_up')
  inner join reference.period_report as q on q.grain = p.grain and q.slice = p.slice and q.form = p.form
  -- an answer to other events than are counted now is no answer
  inner join staging.ga4_answer as a
    on a.report = p.grain || '/' || p.slice || '/' || p.form and a.period_start = p.period_start and a.asked = q.asked
  where p.form = 'eventName' and (
    (p.grain = 'day' and p.slice in ('device', 'campaign'))
    or (p.grain = 'month' and p.slice in ('source_medium', 'landing_page'))
  )
  group by p.slice, p.period_start, p.member
),
place as (
  select 'device' as slice, 'day' as grain union all select 'campaign' as slice, 'day' as grain
  union all select 'source_medium' as slice, 'month' as grain union all select 'landing_page' as slice, 'month' as grain
),
difference as (
  select
    w.slice, case w.grain when 'day' then d.day else cast(date_trunc('month', d.day) as date) end as day,
    case when e.role = 'conversion' then d.events end as conversions,
    case when e.role = 'sign_up' then d.events end as sign_ups
  from staging.ga4_event_day as d
  inner join reference.website_event as e on e.event_name = d.event_name and e.role in ('conversion', 'sign_up')
  cross join place as w
  union all
  select slice, day, -conversions as conversions, -sign_ups as sign_ups from counted
),
part as (
  select slice, day, member, load_id, conversions, sign_ups from counted
  union all
  select
    slice, day, '(withheld)' as member, null as load_id, nullif(sum(conversions), 0) as conversions,
    nullif(sum(sign_ups), 0) as sign_ups
  from difference
  group by slice, day
)
select
  day,
  slice || '|' || cast(day as varchar) || '|' || member as row_key,
  load_id,
  case when slice = 'device' then member end as device,
  case when slice = 'campaign' then member end as campaign,
  case when slice = 'source_medium' then member end as source_medium,
  case when slice = 'landing_page' then member end as landing_page,
  conversions,
  sign_ups
from part
where conversions is not null or sign_ups is not null
