-- Everything that earned or gave back money, one row per order, refund and won deal; each sale once.
create table facts.revenue (
  row_key      varchar        not null comment 'order, refund or deal and its id',
  kind         varchar        not null comment 'order, refund or deal',
  day          date           not null comment 'order day, refund day or won day',
  channel      varchar        not null comment 'channel of the order or deal',
  device       varchar        not null comment 'device of the order or deal',
  revenue_eur  decimal(38, 6)          comment 'net revenue in EUR, refunds negative; NULL when the rate is missing',
  margin_eur   decimal(38, 6)          comment 'gross profit in EUR, refunds negative',
  is_paid      boolean        not null comment 'of a paid channel: it is attributed to ads',
  is_unpriced  boolean        not null comment 'no rate turns it into EUR',
  load_id      bigint         not null comment 'the load the row came with',
  primary key (row_key)
) as
with sale as (
  select
    'order ' || o.order_id as row_key, 'order' as kind, o.order_day as day, o.channel, o.device,
    o.order_eur as revenue_eur, o.margin_eur, o.is_unpriced, o.load_id
  from facts.shop_order as o
  cross join reference.setting as s
  where s.revenue_from in ('orders', 'both')
  union all
  select
    'refund ' || r.order_id as row_key, 'refund' as kind, r.refund_day as day, r.channel, r.device,
    -r.refund_eur as revenue_eur, -r.margin_eur as margin_eur, r.is_unpriced, r.load_id
  from facts.refund as r
  cross join reference.setting as s
  where s.revenue_from in ('orders', 'both')
  union all
  select
    'deal ' || d.deal_id as row_key, 'deal' as kind, d.won_day as day, d.channel, d.device,
    d.amount_eur as revenue_eur, d.margin_eur, d.is_unpriced, d.load_id
  from facts.deal as d
  cross join reference.setting as s
  where d.won_day is not null
    and (
      s.revenue_from = 'deals'
      -- a won deal that is later an order counts once, as the order
      or (s.revenue_from = 'both' and not exists (
        select 1 from facts.shop_order as o where o.person_key = d.person_key and o.order_day >= d.won_day
      ))
    )
)
select
  v.row_key,
  v.kind,
  v.day,
  v.channel,
  v.device,
  v.revenue_eur,
  v.margin_eur,
  p.channel is not null as is_paid,
  v.is_unpriced,
  v.load_id
from sale as v
left join reference.paid_channel as p on p.channel = v.channel
