-- Search results by query, page, country and device, as the reports of the day divide them.
create table staging.seo_query (
  day          date            not null comment 'day of the search, as the report counts it',
  query        varchar         not null comment 'what was searched for; empty where the report does not say',
  page         varchar         not null comment 'page that was shown; empty where the report does not say',
  country      varchar         not null comment 'country of the search; empty where the report does not say',
  device       varchar         not null comment 'device of the search; empty where the report does not say',
  carries      varchar         not null comment 'the columns that the report divides by; begins with positions where it counts nothing',
  path         varchar         not null comment 'path of the page, without host',
  clicks       bigint                   comment 'clicks',
  impressions  bigint                   comment 'times shown',
  position     decimal(18, 6)           comment 'mean position; NULL when not found',
  is_tracked   boolean         not null comment 'the query is on the list of keywords that are followed',
  load_id      bigint          not null comment 'the load the row came with',
  primary key (day, query, page, country, device, carries)
) as
select
  r.date as day,
  r.query,
  r.page,
  r.country,
  r.device,
  r.carries,
  case
    when split_part(r.page, '://', 2) = '' then r.page
    else substring(split_part(r.page, '://', 2), length(split_part(split_part(r.page, '://', 2), '/', 1)) + 1)
  end as path,
  r.clicks,
  r.impressions,
  r.position,
  coalesce(r.tracked, false) as is_tracked,
  r.load_id
from raw.seo_query as r
inner join meta.current_part as p on p.object = 'seo_query' and p.part = r.part and p.load_id = r.load_id
