-- Contributions to the revenue that ads are measured by, and to their sales: sales of paid channels only.
-- source: revenue_from
create table measures.ad_revenue (
  day             date           not null comment 'order, refund or won day',
  row_key         varchar        not null comment 'order, refund or deal',
  load_id         bigint         not null comment 'the load the row came with',
  channel         varchar        not null comment 'slice: channel',
  platform        varchar        not null comment 'slice: ad platform',
  campaign        varchar        not null comment 'slice: campaign',
  ad              varchar        not null comment 'slice: advertisement',
  ad_revenue_eur  decimal(38, 6)          comment 'measure: net revenue of paid channels in EUR',
  paid_sales      bigint                  comment 'measure: 1 for an order or a won deal of a paid channel',
  unpriced_rows   bigint         not null comment 'unpriced: 1 when no rate turns it into EUR',
  primary key (row_key)
) as
select
  day,
  row_key,
  load_id,
  channel,
  platform,
  campaign,
  ad,
  revenue_eur as ad_revenue_eur,
  case when kind <> 'refund' then 1 end as paid_sales,
  case when is_unpriced then 1 else 0 end as unpriced_rows
from facts.revenue
where is_paid
