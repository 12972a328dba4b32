-- Contributions to the search measures: the site's own days for the totals, rows of reports for each slice.
-- Rows of queries and pages do not sum to the total: what a month lacks is the member (withheld), where it lacks something.
-- source: seo_site
create table measures.search (
  day                     date            not null comment 'day of the search; what is withheld stands on the last day of the month that was read',
  row_key                 varchar         not null comment 'the day of the site, the row of a report, or what is withheld of a month',
  load_id                 bigint          not null comment 'the load the row came with',
  is_total                boolean         not null comment 'total: the row counts for the total, and for no member',
  query                   varchar                  comment 'slice: query; NULL when the row does not count for it',
  page                    varchar                  comment 'slice: page; NULL when the row does not count for it',
  country                 varchar                  comment 'slice: country; NULL when the row does not count for it',
  device                  varchar                  comment 'slice: device; NULL when the row does not count for it',
  search_impressions      bigint                   comment 'measure: times a result was shown',
  search_clicks           bigint                   comment 'measure: clicks on results',
  serp_clicks             bigint                   comment 'measure: clicks of rows that know their impressions',
  serp_impressions        bigint                   comment 'measure: impressions of rows that know their clicks',
  weighted_position       decimal(38, 6)           comment 'measure: position times impressions',
  positioned_impressions  bigint                   comment 'measure: impressions of rows that have a position',
  primary key (row_key)
) as
with counted as (
  select
    day, 'site ' || cast(day as varchar) as row_key, load_id, 'total' as slice, '' as member, clicks, impressions, position
  from staging.seo_site
  where clicks is not null or impressions is not null
  union all
  select
    day, cast(day as varchar) || ' ' || slice || ' ' || row_key as row_key, load_id, slice, member, clicks, impressions, position
  from facts.search_slice
),
month_total as (
  select
    cast(date_trunc('month', day) as date) as month, max(day) as last_day, max(load_id) as load_id,
    sum(clicks) as clicks, sum(impressions) as impressions
  from counted
  cross join meta.business_date as b
  where slice = 'total' and day < b.business_date
  group by cast(date_trunc('month', day) as date)
),
month_slice as (
  select
    cast(date_trunc('month', day) as date) as month, slice, sum(clicks) as clicks, sum(impressions) as impressions
  from counted
  cross join meta.business_date as b
  where slice in ('query', 'page') and day < b.business_date
  group by cast(date_trunc('month', day) as date), slice
),
withheld as (
  select
    t.last_day as day, t.month, t.load_id, s.slice, t.clicks - s.clicks as clicks, t.impressions - s.impressions as impressions
  from month_total as t
  inner join month_slice as s on s.month = t.month
)
select
  day,
  row_key,
  load_id,
  slice = 'total' as is_total,
  case when slice = 'query' then member end as query,
  case when slice = 'page' then member end as page,
  case when slice = 'country' then member end as country,
  case when slice = 'device' then member end as device,
  impressions as search_impressions,
  clicks as search_clicks,
  case when impressions is not null then clicks end as serp_clicks,
  case when clicks is not null then impressions end as serp_impressions,
  position * impressions as weighted_position,
  case when position is not null then impressions end as positioned_impressions
from counted
union all
select
  day,
  'withheld ' || slice || ' ' || cast(month as varchar) as row_key,
  load_id,
  false as is_total,
  case when slice = 'query' then '(withheld)' end as query,
  case when slice = 'page' then '(withheld)' end as page,
  cast(null as varchar) as country,
  cast(null as varchar) as device,
  case when impressions > 0 then impressions end as search_impressions,
  case when clicks > 0 then clicks end as search_clicks,
  -- a rate only where both parts lack something, and clicks not more than impressions
  case when impressions > 0 and clicks between 0 and impressions then clicks end as serp_clicks,
  case when impressions > 0 and clicks between 0 and impressions then impressions end as serp_impressions,
  cast(null as decimal(38, 6)) as weighted_position,
  cast(null as bigint) as positioned_impressions
from withheld
where impressions > 0 or clicks > 0
