-- What search engines and link indexes say of the whole site, by day; of each group of figures the newest file counts.
create table staging.seo_site (
  day                      date            not null comment 'day, as the report counts it',
  clicks                   bigint                   comment 'clicks on search results',
  impressions              bigint                   comment 'times a result was shown',
  position                 decimal(18, 6)           comment 'mean position',
  indexed_pages            bigint                   comment 'pages in the index',
  submitted_pages          bigint                   comment 'pages submitted in the sitemap',
  submitted_indexed_pages  bigint                   comment 'of these, in the index',
  backlinks                bigint                   comment 'links from other sites',
  referring_domains        bigint                   comment 'domains that these links are on',
  load_id                  bigint          not null comment 'the newest load of the day',
  primary key (day)
) as
with told as (
  select r.*
  from raw.seo_site as r
  inner join meta.current_part as p on p.object = 'seo_site' and p.part = r.part and p.load_id = r.load_id
),
newest as (
  select
    date,
    max(case when carries like '%performance%' then load_id end) as performance_load,
    max(case when carries like '%index%' then load_id end) as index_load,
    max(case when carries like '%links%' then load_id end) as links_load
  from told
  group by date
)
select
  t.date as day,
  max(case when t.load_id = n.performance_load then t.clicks end) as clicks,
  max(case when t.load_id = n.performance_load then t.impressions end) as impressions,
  max(case when t.load_id = n.performance_load then t.position end) as position,
  max(case when t.load_id = n.index_load then t.indexed_pages end) as indexed_pages,
  max(case when t.load_id = n.index_load then t.submitted_pages end) as submitted_pages,
  max(case when t.load_id = n.index_load then t.submitted_indexed_pages end) as submitted_indexed_pages,
  max(case when t.load_id = n.links_load then t.backlinks end) as backlinks,
  max(case when t.load_id = n.links_load then t.referring_domains end) as referring_domains,
  max(t.load_id) as load_id
from told as t
inner join newest as n on n.date = t.date
group by t.date
