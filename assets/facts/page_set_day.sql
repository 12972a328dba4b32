-- Views of the blog, and views and clicks of the pages with a call to action, as GA4 counted them by day and channel.
create table facts.page_set_day (
  day         date    not null comment 'day of the events',
  channel     varchar not null comment 'session channel',
  page_set    varchar not null comment 'blog or calls',
  event_name  varchar not null comment 'name of the event that was counted; empty of the blog',
  page_views  bigint  not null comment 'page and screen views',
  clicks      bigint  not null comment 'clicks on a call to action',
  load_id     bigint  not null comment 'the load the row came with',
  primary key (day, channel, page_set, event_name)
) as
select
  p.period_start as day,
  p.member as channel,
  p.form as page_set,
  p.split_member as event_name,
  coalesce(p.page_views, 0) as page_views,
  case when e.role is not null then coalesce(p.events, 0) else 0 end as clicks,
  p.load_id
from staging.ga4_period as p
inner join reference.period_report as q on q.grain = p.grain and q.slice = p.slice and q.form = p.form
-- an answer to other pages or events than are counted now is no answer
inner join staging.ga4_answer as a
  on a.report = p.grain || '/' || p.slice || '/' || p.form and a.period_start = p.period_start and a.asked = q.asked
left join reference.website_event as e on e.event_name = p.split_member and e.role = 'call_to_action'
where p.form in ('blog', 'calls') and p.grain = 'day' and p.slice = 'channel'
