-- Lines of store receipts as last exported.
create table staging.receipt (
  store_id       varchar        not null comment 'store',
  receipt_id     varchar        not null comment 'receipt of the store',
  line_no        varchar        not null comment 'line of the receipt; empty when it has no lines',
  sold_at        timestamp      not null comment 'moment of the sale, UTC',
  net_amount     decimal(18, 6) not null comment 'own currency: amount ex VAT, as sent',
  currency       varchar        not null comment 'ISO currency',
  product_group  varchar        not null comment 'product group; (unknown) when empty',
  is_return      boolean        not null comment 'goods that came back: as sent, else an amount below zero',
  is_void        boolean        not null comment 'cancelled at the till',
  load_id        bigint         not null comment 'the load the row came with',
  primary key (store_id, receipt_id, line_no)
) as
select
  r.store_id,
  r.receipt_id,
  coalesce(cast(r.line_no as varchar), '') as line_no,
  r.sold_at,
  r.net_amount,
  r.currency,
  coalesce(nullif(trim(r.product_group), ''), '(unknown)') as product_group,
  coalesce(r.is_return, r.net_amount < 0) as is_return,
  coalesce(r.is_void, false) as is_void,
  r.load_id
from raw.receipt as r
inner join meta.current_part as p on p.object = 'receipt' and p.part = r.part and p.load_id = r.load_id
