-- The rows of search reports that count for a slice: each member of a day from the one report that divides it least.
create table facts.search_slice (
  day          date            not null comment 'day of the search',
  slice        varchar         not null comment 'query, page, country or device',
  member       varchar         not null comment 'value of the slice',
  row_key      varchar         not null comment 'the row of the report',
  path         varchar         not null comment 'path of the page, without host; empty where the report does not say',
  clicks       bigint                   comment 'clicks',
  impressions  bigint                   comment 'times shown',
  position     decimal(18, 6)           comment 'mean position; NULL when not found',
  load_id      bigint          not null comment 'the load the row came with',
  primary key (day, slice, row_key)
) as
with carried as (
  -- a row counts for what it carries; lists of positions count nothing
  select day, 'query' as slice, query as member, query, page, country, device, carries, path, clicks, impressions, position, load_id
  from staging.seo_query
  where query <> '' and not starts_with(carries, 'positions')
  union all
  select day, 'page' as slice, page as member, query, page, country, device, carries, path, clicks, impressions, position, load_id
  from staging.seo_query
  where page <> '' and not starts_with(carries, 'positions')
  union all
  select day, 'country' as slice, country as member, query, page, country, device, carries, path, clicks, impressions, position, load_id
  from staging.seo_query
  where country <> '' and not starts_with(carries, 'positions')
  union all
  select day, 'device' as slice, device as member, query, page, country, device, carries, path, clicks, impressions, position, load_id
  from staging.seo_query
  where device <> '' and not starts_with(carries, 'positions')
),
ordered as (
  -- a report of queries and one of queries by page both hold the query: the less it is divided, the less is withheld
  select
    c.*,
    dense_rank() over (partition by day, slice, member order by length(carries) - length(replace(carries, ' ', '')), carries) as place
  from carried as c
)
select
  day,
  slice,
  member,
  carries || ': ' || query || ' | ' || page || ' | ' || country || ' | ' || device as row_key,
  path,
  clicks,
  impressions,
  position,
  load_id
from ordered
where place = 1
