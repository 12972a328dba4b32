-- What a search engine and a link index hold of the site, as last measured in each period: never summed.
-- source: seo_index
-- source of submitted_pages, submitted_indexed_pages: seo_sitemap
-- source of backlinks, referring_domains: seo_links
-- measures: indexed_pages, submitted_pages, submitted_indexed_pages, backlinks, referring_domains
-- grains: every (total)
create table measures.seo_stock (
  measure       varchar        not null comment 'name of the measure',
  grain         varchar        not null comment 'day, week, month, quarter or year',
  period_start  date           not null comment 'first day of the period',
  slice         varchar        not null comment 'total',
  member        varchar        not null comment 'empty',
  value         decimal(38, 6) not null comment 'the last figure of the period',
  primary key (measure, grain, period_start, slice, member)
) as
with told as (
  select day, 'indexed_pages' as measure, indexed_pages as value from staging.seo_site where indexed_pages is not null
  union all
  -- both parts of the rate are of one day
  select day, 'submitted_pages' as measure, submitted_pages as value
  from staging.seo_site
  where submitted_pages is not null and submitted_indexed_pages is not null
  union all
  select day, 'submitted_indexed_pages' as measure, submitted_indexed_pages as value
  from staging.seo_site
  where submitted_pages is not null and submitted_indexed_pages is not null
  union all
  select day, 'backlinks' as measure, backlinks as value from staging.seo_site where backlinks is not null
  union all
  select day, 'referring_domains' as measure, referring_domains as value
  from staging.seo_site
  where referring_domains is not null
),
placed as (
  select
    t.measure, p.grain, p.period_start, t.value,
    row_number() over (partition by t.measure, p.grain, p.period_start order by t.day desc) as place
  from told as t
  cross join meta.business_date as b
  inner join reference.period as p on t.day between p.period_start and p.period_end
  where t.day < b.business_date
)
select measure, grain, period_start, 'total' as slice, '' as member, value
from placed
where place = 1
