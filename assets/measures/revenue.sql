-- Contributions to revenue: one row per order, refund and won deal, on its day; of an order whose lines are known one row
-- per line, and one for what they leave of its value.
-- source: revenue_from
create table measures.revenue (
  day             date           not null comment 'order, refund or won day',
  row_key         varchar        not null comment 'order, order line, refund or deal',
  load_id         bigint         not null comment 'the load the row came with',
  channel         varchar        not null comment 'slice: channel',
  campaign        varchar        not null comment 'slice: campaign',
  segment         varchar        not null comment 'slice: segment',
  product         varchar        not null comment 'slice: article of the order line; (unallocated) for discounts, refunds, deals and orders without lines',
  revenue_eur     decimal(38, 6)          comment 'measure: net revenue in EUR, refunds negative',
  margin_eur      decimal(38, 6)          comment 'measure: gross profit in EUR, refunds negative',
  unpriced_rows   bigint         not null comment 'unpriced: 1 when no rate turns it into EUR',
  primary key (row_key)
) as
with divided as (
  select order_id, sum(line_eur) as lines_eur
  from facts.order_line
  group by order_id
)
select
  r.day,
  r.row_key,
  r.load_id,
  r.channel,
  r.campaign,
  r.segment,
  '(unallocated)' as product,
  r.revenue_eur - coalesce(d.lines_eur, 0) as revenue_eur,
  r.margin_eur,
  case when r.is_unpriced then 1 else 0 end as unpriced_rows
from facts.revenue as r
left join divided as d on r.kind = 'order' and r.sale_key = 'order ' || d.order_id
union all
select
  r.day,
  'line ' || l.row_key as row_key,
  l.load_id,
  r.channel,
  r.campaign,
  r.segment,
  l.product,
  l.line_eur as revenue_eur,
  null as margin_eur,
  case when r.is_unpriced then 1 else 0 end as unpriced_rows
from facts.order_line as l
inner join facts.revenue as r on r.kind = 'order' and r.sale_key = 'order ' || l.order_id
