-- Orders that count: paid, or paid and later refunded; in EUR by the rate of the order day.
create table facts.shop_order (
  order_id           varchar        not null comment 'id in the shop',
  order_day          date           not null comment 'day in the reporting zone',
  person_key         bigint                  comment 'the lead the order names, else the lead its customer is',
  customer_identity  varchar        not null comment 'shop customer, else lead, else the order itself',
  channel            varchar        not null comment 'channel of the order',
  source_medium      varchar        not null comment 'source / medium; (unknown) when both are empty',
  campaign           varchar        not null comment 'campaign; (unknown) when empty',
  ad                 varchar        not null comment 'advertisement; (unknown) when empty',
  platform           varchar        not null comment 'ad platform that the source belongs to; (unknown) when none',
  device             varchar        not null comment 'device; (unknown) when empty',
  country            varchar        not null comment 'country; (unknown) when empty',
  order_eur          decimal(38, 6)          comment 'net value in EUR; NULL when the rate is missing',
  margin_eur         decimal(38, 6)          comment 'gross profit in EUR, by the company rate where the order has none',
  has_own_margin     boolean        not null comment 'the shop sent a margin',
  is_unpriced        boolean        not null comment 'no rate turns it into EUR',
  load_id            bigint         not null comment 'the load the row came with',
  primary key (order_id)
) as
select
  o.order_id,
  local_date(o.ordered_at) as order_day,
  coalesce(p.survivor_key, k.person_key) as person_key,
  coalesce(
    'shop ' || cast(o.customer_key as varchar),
    'lead ' || cast(p.survivor_key as varchar),
    'order ' || o.order_id
  ) as customer_identity,
  c.channel,
  case
    when c.source = '' and c.medium = '' then '(unknown)'
    else coalesce(nullif(c.source, ''), '(not set)') || ' / ' || coalesce(nullif(c.medium, ''), '(not set)')
  end as source_medium,
  coalesce(nullif(c.campaign, ''), '(unknown)') as campaign,
  coalesce(nullif(trim(o.ad), ''), '(unknown)') as ad,
  coalesce(a.platform, '(unknown)') as platform,
  coalesce(nullif(o.device, ''), '(unknown)') as device,
  coalesce(nullif(trim(o.country), ''), '(unknown)') as country,
  round(o.net_amount * x.eur_per_unit, 2) as order_eur,
  case
    when o.margin is not null then round(o.margin * x.eur_per_unit, 2)
    else round(round(o.net_amount * x.eur_per_unit, 2) * s.gross_margin, 2)
  end as margin_eur,
  o.margin is not null as has_own_margin,
  x.eur_per_unit is null as is_unpriced,
  o.load_id
from staging.shop_order as o
inner join facts.channel_of_traffic as c
  on c.sent_channel = trim(coalesce(o.channel, '')) and c.source = trim(coalesce(o.source, ''))
  and c.medium = trim(coalesce(o.medium, '')) and c.campaign = trim(coalesce(o.campaign, '')) and c.platform = ''
cross join reference.setting as s
cross join meta.business_date as b
left join reference.platform_alias as a on a.alias = lower(c.source)
left join facts.person as p on p.person_key = o.person_key
left join facts.shop_customer as k on k.customer_key = o.customer_key
left join reference.exchange_rate as x
  on x.currency = o.currency and local_date(o.ordered_at) between x.valid_from and x.valid_until
where local_date(o.ordered_at) < b.business_date
  and ((o.status = 'paid' and o.net_amount >= 0) or (o.status = 'refunded' and o.net_amount > 0))
