-- Contributions to the visibility of the web shop: shop pages in search results, and shopping ads.
-- source: seo_query or ad_cost
create table measures.shop_visibility (
  day               date    not null comment 'day it was shown',
  row_key           varchar not null comment 'the row of the search report or of the ad platform',
  load_id           bigint  not null comment 'the load the row came with',
  channel           varchar not null comment 'slice: Organic Search or Paid Shopping',
  shop_impressions  bigint           comment 'measure: times shown',
  primary key (row_key)
) as
select
  s.day,
  'search ' || cast(s.day as varchar) || ' ' || s.row_key as row_key,
  s.load_id,
  'Organic Search' as channel,
  s.impressions as shop_impressions
from facts.search_slice as s
where s.slice = 'page'
  and exists (select 1 from reference.shop_page as p where starts_with(s.path, p.path_start))
union all
select day, 'ad ' || row_key as row_key, load_id, channel, impressions as shop_impressions
from facts.ad_cost
where channel = 'Paid Shopping'
