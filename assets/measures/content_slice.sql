-- The page measures by page and month, and clicks by the name of their event. What GA4 did not tell of the pages of a month
-- is (withheld), so that members sum to the total.
-- source: ga4
-- further slices: yes
-- asked of ga4: all (page_views, engagement_seconds, blog_views), calls (cta_clicks, cta_views)
create table measures.content_slice (
  day                 date    not null comment 'first of the month; day of clicks by event',
  row_key             varchar not null comment 'what was counted, day and member',
  load_id             bigint           comment 'the load the row came with; NULL of what is withheld',
  page                varchar          comment 'slice: page, without query',
  event_name          varchar          comment 'slice: name of the click event',
  page_views          bigint           comment 'measure: page and screen views',
  engagement_seconds  decimal(18, 6)   comment 'measure: seconds in the foreground',
  blog_views          bigint           comment 'measure: views of pages of the blog',
  cta_clicks          bigint           comment 'measure: clicks on a call to action',
  cta_views           bigint           comment 'measure: views of pages that show a call to action',
  primary key (row_key)
) as
with page_month as (
  select
    p.form as counted, p.period_start as day, p.member as page, max(p.load_id) as load_id,
    sum(case when p.form = 'all' then p.page_views end) as page_views,
    sum(case when p.form = 'all' then p.engagement_seconds end) as engagement_seconds,
    sum(case when p.form = 'all' and s.name is not null then p.page_views end) as blog_views,
    sum(case when p.form = 'calls' and e.role is not null then p.events end) as cta_clicks,
    sum(case when p.form = 'calls' then nullif(p.page_views, 0) end) as cta_views
  from staging.ga4_period as p
  inner join reference.period_report as q on q.grain = p.grain and q.slice = p.slice and q.form = p.form
  -- an answer to other pages or events than are counted now is no answer
  inner join staging.ga4_answer as a
    on a.report = p.grain || '/' || p.slice || '/' || p.form and a.period_start = p.period_start and a.asked = q.asked
  left join reference.website_event as e on e.event_name = p.split_member and e.role = 'call_to_action'
  left join (
    select distinct m.member, b.name
    from (select distinct member from staging.ga4_period where slice = 'page') as m
    inner join reference.page_set as b on b.name = 'blog' and lower(m.member) like b.pattern escape '\'
  ) as s on s.member = p.member
  where p.grain = 'month' and p.slice = 'page' and p.form in ('all', 'calls')
  group by p.form, p.period_start, p.member
),
difference as (
  select
    cast(date_trunc('month', day) as date) as day, page_views, engagement_seconds, null as blog_views,
    null as cta_clicks, null as cta_views
  from staging.ga4_channel_day
  union all
  select
    cast(date_trunc('month', day) as date) as day, null as page_views, null as engagement_seconds,
    case when page_set = 'blog' then page_views end as blog_views,
    case when page_set = 'calls' then clicks end as cta_clicks,
    case when page_set = 'calls' then page_views end as cta_views
  from facts.page_set_day
  union all
  select
    day, -page_views as page_views, -engagement_seconds as engagement_seconds, -blog_views as blog_views,
    -cta_clicks as cta_clicks, -cta_views as cta_views
  from page_month
),
withheld as (
  select
    day, nullif(sum(page_views), 0) as page_views, nullif(sum(engagement_seconds), 0) as engagement_seconds,
    nullif(sum(blog_views), 0) as blog_views, nullif(sum(cta_clicks), 0) as cta_clicks,
    nullif(sum(cta_views), 0) as cta_views
  from difference
  group by day
),
click as (
  select d.day, e.event_name, sum(case when d.event_name = e.event_name then d.clicks end) as cta_clicks,
    nullif(sum(d.page_views), 0) as cta_views, max(d.load_id) as load_id
  from facts.page_set_day as d
  inner join reference.website_event as e on e.role = 'call_to_action'
  where d.page_set = 'calls'
  group by d.day, e.event_name
)
select
  day, counted || '|' || cast(day as varchar) || '|' || page as row_key, load_id, page,
  cast(null as varchar) as event_name, page_views, engagement_seconds, blog_views, cta_clicks, cta_views
from page_month
union all
select
  day, 'rest|' || cast(day as varchar) as row_key, null as load_id, '(withheld)' as page, null as event_name, page_views,
  engagement_seconds, blog_views, cta_clicks, cta_views
from withheld
where coalesce(page_views, blog_views, cta_clicks, cta_views) is not null or engagement_seconds is not null
union all
select
  day, 'click|' || cast(day as varchar) || '|' || event_name as row_key, load_id, null as page, event_name,
  null as page_views, null as engagement_seconds, null as blog_views, cta_clicks, cta_views
from click
