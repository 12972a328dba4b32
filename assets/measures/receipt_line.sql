-- Contributions to store revenue: one row per line of a receipt that was not cancelled, on the day of the receipt.
-- source: receipts
create table measures.receipt_line (
  day                 date           not null comment 'day of the receipt',
  row_key             varchar        not null comment 'store, receipt and line',
  load_id             bigint         not null comment 'the load the row came with',
  store               varchar        not null comment 'slice: store',
  product_group       varchar        not null comment 'slice: product group',
  retail_revenue_eur  decimal(38, 6)          comment 'measure: amount ex VAT in EUR; what came back is below zero',
  unpriced_rows       bigint         not null comment 'unpriced: 1 when no rate turns the amount into EUR',
  primary key (row_key)
) as
with line as (
  select
    store_id, receipt_id, line_no, product_group, currency, load_id,
    local_date(min(sold_at) over (partition by store_id, receipt_id)) as day,
    -- some tills write what came back as a positive amount with a mark
    case when is_return then -abs(net_amount) else net_amount end as amount
  from staging.receipt
  where not is_void
)
select
  l.day,
  'receipt ' || l.store_id || '|' || l.receipt_id || '|' || l.line_no as row_key,
  l.load_id,
  l.store_id as store,
  l.product_group,
  round(l.amount * x.eur_per_unit, 2) as retail_revenue_eur,
  case when x.eur_per_unit is null then 1 else 0 end as unpriced_rows
from line as l
left join reference.exchange_rate as x on x.currency = l.currency and l.day between x.valid_from and x.valid_until
