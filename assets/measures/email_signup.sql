-- Newsletter sign-ups by period, without a person: only of periods for which every audience's days are known.
-- source: mailchimp
-- measures: newsletter_signups, newsletter_other_adds
-- adds up: newsletter_signups, newsletter_other_adds
-- grains: day (total), week (total), month (total), quarter (total), year (total)
create table measures.email_signup (
  measure       varchar        not null comment 'name of the measure',
  grain         varchar        not null comment 'day, week, month, quarter or year',
  period_start  date           not null comment 'first day of the period',
  slice         varchar        not null comment 'total',
  member        varchar        not null comment 'empty',
  value         decimal(38, 6)          comment 'contacts who signed up, or who were added otherwise, up to the last day read',
  primary key (measure, grain, period_start)
) as
with list_reach as (
  select
    l.list_id,
    local_date(min(l.created_at)) as created_day,
    min(a.day) as first_day
  from staging.mailchimp_list as l
  inner join staging.mailchimp_activity_day as a on a.list_id = l.list_id
  group by l.list_id
),
reach as (
  -- Mailchimp reference §7: activity reaches back 180 days only, so that older days of older audiences are not known
  select
    max(case when created_day is null or created_day < first_day then first_day end) as known_from,
    min(created_day) as first_created
  from list_reach
),
known_period as (
  select p.grain, p.period_start, p.period_end
  from reference.period as p
  cross join reach as r
  inner join meta.current_source as s on s.object = 'mailchimp.activity_day'
  inner join staging.source_coverage as c on c.source = 'mailchimp' and p.period_end >= c.first_day
  where p.period_start < s.as_of and p.period_start >= coalesce(r.known_from, p.period_start)
    -- no audience was ever read: nothing is known
    and (r.known_from is not null or r.first_created is not null)
),
signed_up as (
  select
    p.grain,
    p.period_start,
    -- a day that lacks the count makes its periods unknown
    case when sum(case when a.day is not null and a.subscribes is null then 1 else 0 end) = 0
      then coalesce(sum(a.subscribes), 0) end as subscribes,
    case when sum(case when a.day is not null and a.other_adds is null then 1 else 0 end) = 0
      then coalesce(sum(a.other_adds), 0) end as other_adds
  from known_period as p
  left join staging.mailchimp_activity_day as a on a.day between p.period_start and p.period_end
  group by p.grain, p.period_start
)
select 'newsletter_signups' as measure, grain, period_start, 'total' as slice, '' as member, subscribes as value
from signed_up
union all
select 'newsletter_other_adds' as measure, grain, period_start, 'total' as slice, '' as member, other_adds as value
from signed_up
