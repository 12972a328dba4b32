-- Visitors and visits of each period and member with the events that mean something: nothing where GA4 saw none of them.
create table facts.visit_with_event (
  grain              varchar not null comment 'day, week, month, quarter or year',
  slice              varchar not null comment 'total, channel, device, source_medium, campaign, landing_page and so on',
  period_start       date    not null comment 'first day of the period',
  member             varchar not null comment 'value of the slice; empty for total',
  lead_users         bigint           comment 'distinct: users who sent a form; NULL where several members became one',
  lead_sessions      bigint  not null comment 'sessions in which a form was sent',
  cart_sessions      bigint  not null comment 'sessions in which something was put into the cart',
  checkout_sessions  bigint  not null comment 'sessions in which a checkout began',
  purchase_sessions  bigint  not null comment 'sessions with a purchase',
  primary key (grain, slice, period_start, member)
) as
with seen as (
  -- each role is one event, so each maximum is the one figure there is
  select
    p.grain, p.slice, p.period_start, p.member,
    max(case when e.role = 'lead' then p.total_users end) as lead_users,
    max(case when e.role = 'lead' then 1 else 0 end) as has_lead,
    max(case when e.role = 'lead' then p.sessions end) as lead_sessions,
    max(case when e.role = 'cart' then p.sessions end) as cart_sessions,
    max(case when e.role = 'checkout' then p.sessions end) as checkout_sessions,
    max(case when e.role = 'purchase' then p.sessions end) as purchase_sessions
  from staging.ga4_period as p
  inner join reference.website_event as e on e.event_name = p.split_member
  where p.form = 'eventName'
  group by p.grain, p.slice, p.period_start, p.member
)
select
  w.grain,
  w.slice,
  w.period_start,
  w.member,
  -- a member without the event has no row of its own, which then means 0
  case when s.has_lead = 1 then s.lead_users else 0 end as lead_users,
  coalesce(s.lead_sessions, 0) as lead_sessions,
  coalesce(s.cart_sessions, 0) as cart_sessions,
  coalesce(s.checkout_sessions, 0) as checkout_sessions,
  coalesce(s.purchase_sessions, 0) as purchase_sessions
from facts.website_member as w
left join seen as s
  on s.grain = w.grain and s.slice = w.slice and s.period_start = w.period_start and s.member = w.member
where w.has_events = 1
