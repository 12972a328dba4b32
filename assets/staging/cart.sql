-- Shopping carts as last exported by the shop.
create table staging.cart (
  cart_id     varchar   not null comment 'id in the shop',
  created_at  timestamp not null comment 'moment the first article was put in, UTC',
  order_id    varchar            comment 'order it became; NULL while it is not ordered',
  channel     varchar            comment 'channel the shop names, as sent',
  device      varchar            comment 'device',
  load_id     bigint    not null comment 'the load the row came with',
  primary key (cart_id)
) as
select
  r.cart_id,
  r.created_at,
  nullif(trim(r.order_id), '') as order_id,
  r.channel,
  lower(r.device) as device,
  r.load_id
from raw.cart as r
inner join meta.current_part as p on p.object = 'cart' and p.part = r.part and p.load_id = r.load_id
