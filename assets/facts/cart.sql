-- Shopping carts of the shop's own list, with whether they were ordered.
create table facts.cart (
  cart_id      varchar not null comment 'id in the shop',
  created_day  date    not null comment 'day in the reporting zone',
  channel      varchar not null comment 'channel of the cart',
  device       varchar not null comment 'device; (unknown) when empty',
  is_lost      boolean not null comment 'it never became an order',
  primary key (cart_id)
) as
select
  a.cart_id,
  local_date(a.created_at) as created_day,
  c.channel,
  coalesce(nullif(trim(a.device), ''), '(unknown)') as device,
  a.order_id is null as is_lost
from staging.cart as a
inner join facts.channel_of_traffic as c
  on c.sent_channel = trim(coalesce(a.channel, '')) and c.source = '' and c.medium = '' and c.campaign = ''
  and c.platform = ''
cross join meta.business_date as b
where local_date(a.created_at) < b.business_date
