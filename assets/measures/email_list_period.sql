-- Sign-ups, unsubscribes, size and growth of the mailing lists by period, without a person. Unknown where the
-- figures of one of the lists are; a list whose tool never tells one is in no total of it. A list begins with its
-- first figure; the growth of one that its tool added later begins at 0. Unsubscribes of days and weeks do not add up to
-- months: Mailchimp's activity leaves out automations, its growth history does not.
-- source: mailchimp or email_list
-- source of newsletter_other_adds: mailchimp
-- measures: newsletter_signups, newsletter_other_adds, list_unsubscribes, list_size, list_net_growth
-- adds up: newsletter_signups, newsletter_other_adds, list_net_growth
-- grains: day (total), week (total, list), month (total, list), quarter (total, list), year (total, list)
create table measures.email_list_period (
  measure       varchar        not null comment 'name of the measure',
  grain         varchar        not null comment 'day, week, month, quarter or year',
  period_start  date           not null comment 'first day of the period',
  slice         varchar        not null comment 'total or list',
  member        varchar        not null comment 'name of the list; empty for total',
  value         decimal(38, 6)          comment 'contacts in the period, or at its end; NULL when unknown',
  primary key (measure, grain, period_start, slice, member)
) as
with audience as (
  select
    l.list_id,
    coalesce(l.name, l.list_id) as name,
    local_date(l.created_at) as created_day,
    coalesce(local_date(l.created_at), least(a.first_day, g.first_month), a.first_day, g.first_month) as first_day,
    l.missing_since,
    a.first_day as activity_from
  from staging.mailchimp_list as l
  left join (select list_id, min(day) as first_day from staging.mailchimp_activity_day group by list_id) as a
    on a.list_id = l.list_id
  left join (select list_id, min(month) as first_month from staging.mailchimp_growth_month group by list_id) as g
    on g.list_id = l.list_id
),
account as (
  select c.first_day, s.as_of
  from staging.source_coverage as c
  inner join meta.current_source as s on s.object = 'mailchimp.activity_day'
  where c.source = 'mailchimp'
),
audience_period as (
  select
    p.grain, p.period_start, p.period_end, l.list_id, l.name, l.created_day, l.missing_since, t.as_of,
    least(p.period_end, cast(t.as_of - 1 as date)) as end_day,
    -- Mailchimp reference §7: activity reaches back 180 days only, so that older days of older audiences are not known
    l.activity_from is not null and (l.created_day >= l.activity_from or p.period_start >= l.activity_from)
      as has_activity
  from audience as l
  cross join account as t
  cross join meta.business_date as b
  inner join reference.period as p
    on p.period_end >= greatest(t.first_day, l.first_day) and p.period_start < b.business_date
),
activity as (
  select
    p.grain, p.period_start, p.list_id,
    -- a day that lacks the count makes its periods unknown
    case when count(a.day) = count(a.subscribes) then coalesce(sum(a.subscribes), 0) end as subscribes,
    case when count(a.day) = count(a.other_adds) then coalesce(sum(a.other_adds), 0) end as other_adds,
    case when count(a.day) = count(a.unsubscribes) then coalesce(sum(a.unsubscribes), 0) end as unsubscribes
  from audience_period as p
  left join staging.mailchimp_activity_day as a
    on a.list_id = p.list_id and a.day between p.period_start and p.period_end
  where p.has_activity and p.period_start < p.as_of
  group by p.grain, p.period_start, p.list_id
),
growth as (
  -- the history of a list has every month since it was made
  select
    p.grain, p.period_start, p.list_id,
    case when count(m.period_start) = count(g.unsubscribed) then sum(g.unsubscribed) end as unsubscribes
  from audience_period as p
  inner join reference.period as m
    on m.grain = 'month' and m.period_start between p.period_start and p.end_day
    and m.period_end >= coalesce(p.created_day, m.period_end)
    and m.period_start < coalesce(p.missing_since, p.as_of)
  left join staging.mailchimp_growth_month as g on g.list_id = p.list_id and g.month = m.period_start
  where p.grain in ('month', 'quarter', 'year')
  group by p.grain, p.period_start, p.list_id
),
audience_stock as (
  select list_id, day, coalesce(max(of_month), max(of_morning)) as size
  from (
    -- the running month has the stock of now
    select
      g.list_id, least(m.period_end, cast(t.as_of - 1 as date)) as day, g.subscribed as of_month, null as of_morning
    from staging.mailchimp_growth_month as g
    inner join reference.period as m on m.grain = 'month' and m.period_start = g.month
    cross join account as t
    union all
    select list_id, day, null as of_month, member_count as of_morning from staging.mailchimp_list_day
  ) as told
  group by list_id, day
),
audience_figure as (
  select
    p.grain, p.period_start, p.name, a.subscribes as signups, a.other_adds,
    case when p.grain in ('day', 'week') then a.unsubscribes else g.unsubscribes end as unsubscribes,
    case when p.period_start >= p.as_of then null when p.end_day >= p.missing_since then 0 else e.size end as size,
    case
      when p.period_start > p.missing_since then 0
      when p.period_start <= p.created_day then 0
      else s.size
    end as size_before
  from audience_period as p
  left join activity as a on a.grain = p.grain and a.period_start = p.period_start and a.list_id = p.list_id
  left join growth as g on g.grain = p.grain and g.period_start = p.period_start and g.list_id = p.list_id
  left join audience_stock as e on e.list_id = p.list_id and e.day = p.end_day
  left join audience_stock as s on s.list_id = p.list_id and s.day = cast(p.period_start - 1 as date)
),
tool_list as (
  select
    tool, list, min(day) as first_day,
    case when count(signups) > 0 then 1 else 0 end as has_signups,
    case when count(unsubscribed) > 0 then 1 else 0 end as has_unsubscribes,
    case when count(subscribed) > 0 then 1 else 0 end as has_stock
  from staging.email_list
  where is_counted
  group by tool, list
),
tool_stock as (
  select tool, list, day, subscribed as size from staging.email_list where is_counted and subscribed is not null
),
tool_begin as (
  select tool, min(day) as first_day from tool_stock group by tool
),
tool_period as (
  select
    p.grain, p.period_start, p.period_end, l.tool, l.list, l.has_signups, l.has_unsubscribes, l.has_stock,
    p.period_start > c.last_day as is_ahead
  from tool_list as l
  inner join staging.source_coverage as c on c.source = 'email_list'
  cross join meta.business_date as b
  inner join reference.period as p on p.period_end >= l.first_day and p.period_start < b.business_date
),
tool_flow as (
  select
    p.grain, p.period_start, p.tool, p.list,
    case when p.has_signups = 1 and count(r.day) = count(r.signups) then coalesce(sum(r.signups), 0) end as signups,
    case when p.has_unsubscribes = 1 and count(r.day) = count(r.unsubscribed) then coalesce(sum(r.unsubscribed), 0) end
      as unsubscribes
  from tool_period as p
  left join staging.email_list as r
    on r.is_counted and r.tool = p.tool and r.list = p.list and r.day between p.period_start and p.period_end
  where not p.is_ahead
  group by p.grain, p.period_start, p.tool, p.list, p.has_signups, p.has_unsubscribes
),
tool_edge as (
  -- a stock stands until the next figure
  select
    p.grain, p.period_start, p.tool, p.list, max(s.day) as last_day,
    max(case when s.day < p.period_start then s.day end) as day_before
  from tool_period as p
  inner join tool_stock as s on s.tool = p.tool and s.list = p.list and s.day <= p.period_end
  where not p.is_ahead
  group by p.grain, p.period_start, p.tool, p.list
),
tool_figure as (
  select
    p.grain, p.period_start, p.list as name, p.has_signups, p.has_unsubscribes, p.has_stock, f.signups,
    f.unsubscribes, e.size,
    coalesce(s.size, case when t.first_day < p.period_start then 0 end) as size_before
  from tool_period as p
  left join tool_flow as f
    on f.grain = p.grain and f.period_start = p.period_start and f.tool = p.tool and f.list = p.list
  left join tool_edge as g
    on g.grain = p.grain and g.period_start = p.period_start and g.tool = p.tool and g.list = p.list
  left join tool_stock as e on e.tool = p.tool and e.list = p.list and e.day = g.last_day
  left join tool_stock as s on s.tool = p.tool and s.list = p.list and s.day = g.day_before
  left join tool_begin as t on t.tool = p.tool
),
figure as (
  select 'newsletter_signups' as measure, grain, period_start, name, 1 as is_told, signups as value from audience_figure
  union all
  select 'newsletter_other_adds' as measure, grain, period_start, name, 1 as is_told, other_adds as value from audience_figure
  union all
  select 'list_unsubscribes' as measure, grain, period_start, name, 1 as is_told, unsubscribes as value from audience_figure
  union all
  select 'list_size' as measure, grain, period_start, name, 1 as is_told, size as value from audience_figure
  union all
  select 'list_net_growth' as measure, grain, period_start, name, 1 as is_told, size - size_before as value from audience_figure
  union all
  select 'newsletter_signups' as measure, grain, period_start, name, has_signups as is_told, signups as value from tool_figure
  union all
  select 'list_unsubscribes' as measure, grain, period_start, name, has_unsubscribes as is_told, unsubscribes as value
  from tool_figure
  union all
  select 'list_size' as measure, grain, period_start, name, has_stock as is_told, size as value from tool_figure
  union all
  select 'list_net_growth' as measure, grain, period_start, name, has_stock as is_told, size - size_before as value from tool_figure
  union all
  -- a period that was read while there was no list yet
  select m.measure, p.grain, p.period_start, null as name, 1 as is_told, 0 as value
  from account as t
  cross join (select min(first_day) as first_day from audience) as l
  cross join (select distinct measure from reference.measure_source) as m
  inner join reference.period as p on p.period_end >= t.first_day and p.period_end < l.first_day
  where m.measure in ('newsletter_signups', 'newsletter_other_adds', 'list_unsubscribes', 'list_size', 'list_net_growth')
)
select
  measure, grain, period_start, 'total' as slice, '' as member,
  case when count(*) = count(value) then sum(value) end as value
from figure
where is_told = 1
group by measure, grain, period_start
union all
select
  measure, grain, period_start, 'list' as slice, name as member,
  case when count(*) = count(value) then sum(value) end as value
from figure
where grain <> 'day' and name is not null
group by measure, grain, period_start, name
