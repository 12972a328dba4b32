-- Contributions to the content measures: one row per day, channel, set of pages and event.
-- source: ga4_period
-- asked of ga4: blog (blog_views), calls (cta_clicks, cta_views)
create table measures.content (
  day         date    not null comment 'day of the events',
  row_key     varchar not null comment 'set of pages, day, channel and event',
  load_id     bigint  not null comment 'the load the row came with',
  channel     varchar not null comment 'slice: session channel',
  blog_views  bigint           comment 'measure: views of pages of the blog',
  cta_clicks  bigint           comment 'measure: clicks on a call to action',
  cta_views   bigint           comment 'measure: views of pages that show a call to action',
  primary key (row_key)
) as
select
  day,
  page_set || '|' || cast(day as varchar) || '|' || channel || '|' || event_name as row_key,
  load_id,
  channel,
  case when page_set = 'blog' then page_views end as blog_views,
  case when page_set = 'calls' then nullif(clicks, 0) end as cta_clicks,
  case when page_set = 'calls' then nullif(page_views, 0) end as cta_views
from facts.page_set_day
