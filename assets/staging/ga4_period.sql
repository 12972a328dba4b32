-- Users and sessions of days, weeks, months, quarters and years, as GA4 counted them for each grain and slice.
create table staging.ga4_period (
  grain               varchar        not null comment 'day, week, month, quarter or year',
  slice               varchar        not null comment 'total, channel, device, source_medium, campaign, page, country and so on',
  form                varchar        not null comment 'all visits, divided by a dimension of the form, or those of a set of pages or a channel',
  period_start        date           not null comment 'first day of the period in the property zone; weeks begin on Monday',
  member              varchar        not null comment 'value of the slice as sent; empty for total, (unknown) when GA4 has none',
  split_member        varchar        not null comment 'value of the dimension that the form divides by; empty for all visits',
  total_users         bigint                  comment 'distinct: users; NULL where several members of GA4 became one: they cannot be summed',
  new_users           bigint                  comment 'users with a first visit; NULL where it was not asked for',
  sessions            bigint                  comment 'sessions; NULL where they were not asked for',
  scrolled_users      bigint                  comment 'distinct: users who reached 90 % of a page; NULL as total_users is',
  events              bigint                  comment 'events; NULL where they were not asked for',
  page_views          bigint                  comment 'page and screen views; NULL where they were not asked for',
  engagement_seconds  decimal(18, 6)          comment 'seconds in the foreground; NULL where they were not asked for',
  cohort_active       bigint                  comment 'distinct: visitors of the cohort who were active in the step; NULL as total_users is, or where it was not asked for',
  cohort_total        bigint                  comment 'visitors of the cohort, whatever the member; NULL where they were not asked for',
  load_id             bigint         not null comment 'the load the row came with',
  primary key (grain, slice, form, period_start, member, split_member)
) as
select
  r.grain,
  r.slice,
  r.form,
  r.period_start,
  case
    when r.slice = 'total' then ''
    when r.slice = 'device' then coalesce(nullif(lower(r.member), ''), '(unknown)')
    else coalesce(nullif(r.member, ''), '(unknown)')
  end as member,
  r.split_member,
  -- members whose address was masked, or that have no name, meet here
  case when count(*) = 1 then max(r.total_users) end as total_users,
  case when count(*) = 1 then max(r.new_users) end as new_users,
  sum(r.sessions) as sessions,
  case when count(*) = 1 then max(r.scrolled_users) end as scrolled_users,
  sum(r.event_count) as events,
  sum(r.screen_page_views) as page_views,
  sum(cast(r.user_engagement_duration as decimal(18, 6))) as engagement_seconds,
  case when count(*) = 1 then max(r.cohort_active_users) end as cohort_active,
  max(r.cohort_total_users) as cohort_total,
  max(r.load_id) as load_id
from raw.ga4_period as r
inner join meta.current_part as p on p.object = 'ga4.period' and p.part = r.part and p.load_id = r.load_id
where r.period_start is not null
group by r.grain, r.slice, r.form, r.period_start, r.split_member,
  case
    when r.slice = 'total' then ''
    when r.slice = 'device' then coalesce(nullif(lower(r.member), ''), '(unknown)')
    else coalesce(nullif(r.member, ''), '(unknown)')
  end
