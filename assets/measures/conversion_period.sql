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
select 'lead_users' as measure, grain, period_start, slice, member, lead_users as value
from facts.visit_with_event
where lead_users is not null
union all
select 'lead_sessions' as measure, grain, period_start, slice, member, lead_sessions as value
from facts.visit_with_event
union all
select 'checkout_sessions' as measure, grain, period_start, slice, member, checkout_sessions as value
from facts.visit_with_event
union all
select 'purchase_sessions' as measure, grain, period_start, slice, member, purchase_sessions as value
from facts.visit_with_event
union all
-- more purchases than checkouts (an express checkout) cannot be told apart from lost ones: no figure
select
  'lost_checkouts' as measure, grain, period_start, slice, member, checkout_sessions - purchase_sessions as value
from facts.visit_with_event
where checkout_sessions >= purchase_sessions
