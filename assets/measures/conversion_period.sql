-- Sessions and visitors with a conversion event, at the grains and slices that GA4 was asked for: never summed.
-- source: ga4_period
-- measures: lead_users, lead_sessions, checkout_sessions, purchase_sessions, lost_checkouts
-- asked of ga4: eventName (lead_users, lead_sessions, checkout_sessions, purchase_sessions, lost_checkouts)
-- grains: every (total, channel, device, source_medium, campaign, landing_page)
create table measures.conversion_period (
  measure       varchar        not null comment 'name of the measure',
  grain         varchar        not null comment 'day, week, month, quarter or year',
  period_start  date           not null comment 'first day of the period',
  slice         varchar        not null comment 'total, channel, device, source_medium, campaign or landing_page',
  member        varchar        not null comment 'value of the slice; empty for total',
  value         decimal(38, 6) not null comment 'sessions or users with the event',
  primary key (measure, grain, period_start, slice, member)
) as
with converted as (
  select
    p.grain, p.slice, p.period_start, p.member,
    sum(case when e.role = 'lead' then p.total_users else 0 end) as lead_users,
    min(case when e.role = 'lead' and p.total_users is null then 0 else 1 end) as has_lead_users,
    sum(case when e.role = 'lead' then p.sessions else 0 end) as lead_sessions,
    sum(case when e.role = 'checkout' then p.sessions else 0 end) as checkout_sessions,
    sum(case when e.role = 'purchase' then p.sessions else 0 end) as purchase_sessions
  from staging.ga4_period as p
  inner join reference.website_event as e on e.event_name = p.split_member
  where p.form = 'eventName'
  group by p.grain, p.slice, p.period_start, p.member
),
counted as (
  -- a member without the event has no row of its own, which then means 0
  select
    w.grain, w.slice, w.period_start, w.member,
    coalesce(c.lead_users, 0) as lead_users,
    coalesce(c.has_lead_users, 1) as has_lead_users,
    coalesce(c.lead_sessions, 0) as lead_sessions,
    coalesce(c.checkout_sessions, 0) as checkout_sessions,
    coalesce(c.purchase_sessions, 0) as purchase_sessions
  from facts.website_member as w
  left join converted as c
    on c.grain = w.grain and c.slice = w.slice and c.period_start = w.period_start and c.member = w.member
  where w.has_events = 1
)
select 'lead_users' as measure, grain, period_start, slice, member, lead_users as value from counted where has_lead_users = 1
union all
select 'lead_sessions' as measure, grain, period_start, slice, member, lead_sessions as value from counted
union all
select 'checkout_sessions' as measure, grain, period_start, slice, member, checkout_sessions as value from counted
union all
select 'purchase_sessions' as measure, grain, period_start, slice, member, purchase_sessions as value from counted
union all
-- more purchases than checkouts (an express checkout) cannot be told apart from lost ones: no figure
select
  'lost_checkouts' as measure, grain, period_start, slice, member, checkout_sessions - purchase_sessions as value
from counted
where checkout_sessions >= purchase_sessions
