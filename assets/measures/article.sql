-- Contributions to published articles: one row per article, on the day it was published.
-- source: content
create table measures.article (
  day                 date    not null comment 'day of publication',
  row_key             varchar not null comment 'the article',
  load_id             bigint  not null comment 'the load the row came with',
  type                varchar not null comment 'slice: type of the article',
  articles_published  bigint  not null comment 'measure: 1',
  primary key (row_key)
) as
select
  local_date(published_at) as day,
  'article ' || article_id as row_key,
  load_id,
  coalesce(nullif(type, ''), '(unknown)') as type,
  1 as articles_published
from staging.article
