-- Web shop orders as last exported; refunds are apart.
create table staging.shop_order (
  order_id      varchar        not null comment 'id in the shop',
  ordered_at    timestamp      not null comment 'moment of the order, UTC',
  status        varchar        not null comment 'paid, refunded, cancelled or test',
  net_amount    decimal(18, 6) not null comment 'own currency: value ex VAT and shipping, after discounts, before later returns',
  currency      varchar        not null comment 'ISO currency',
  customer_key  bigint                  comment 'surrogate of the shop customer',
  person_key    bigint                  comment 'surrogate of the lead, where the shop links one',
  margin        decimal(18, 6)          comment 'own currency: gross profit',
  channel       varchar                 comment 'channel the shop names, as sent',
  source        varchar                 comment 'traffic source',
  medium        varchar                 comment 'traffic medium',
  campaign      varchar                 comment 'campaign',
  ad            varchar                 comment 'advertisement',
  device        varchar                 comment 'device',
  country       varchar                 comment 'country the shop names, as sent',
  load_id       bigint         not null comment 'the load the row came with',
  primary key (order_id)
) as
select
  r.order_id,
  r.ordered_at,
  lower(r.status) as status,
  r.net_amount,
  r.currency,
  r.customer_key,
  r.person_key,
  r.margin,
  r.channel,
  r.source,
  r.medium,
  r.campaign,
  r.ad,
  lower(r.device) as device,
  r.country,
  r.load_id
from raw.shop_order as r
inner join meta.current_part as p on p.object = 'shop_order' and p.part = r.part and p.load_id = r.load_id
