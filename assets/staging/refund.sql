-- Money given back, on the day it was given back.
create table staging.refund (
  order_id         varchar        not null comment 'order it belongs to, or the credit note itself',
  refunded_at      timestamp      not null comment 'moment of the refund, UTC',
  refunded_amount  decimal(18, 6) not null comment 'own currency: amount ex VAT, positive; that of the order',
  currency         varchar        not null comment 'ISO currency',
  load_id          bigint         not null comment 'the load the row came with',
  primary key (order_id),
  constraint gives_money_back check (refunded_amount >= 0)
) as
select
  r.order_id,
  r.refunded_at,
  r.refunded_amount,
  r.currency,
  r.load_id
from raw.refund as r
inner join meta.current_part as p on p.object = 'refund' and p.part = r.part and p.load_id = r.load_id
