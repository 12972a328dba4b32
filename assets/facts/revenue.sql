-- Everything that earned or gave back money, one row per order, refund and won deal; each sale once.
create table facts.revenue (
  row_key      varchar        not null comment 'order, refund or deal and its id',
  kind         varchar        not null comment 'order, refund or deal',
  day          date           not null comment 'order day, refund day or won day',
  sale_key     varchar        not null comment 'order or deal the row belongs to; a refund has that of its order',
  customer     varchar                 comment 'who bought: the lead where sales of both kinds count, else shop customer, account or lead; NULL when nobody is named',
  channel      varchar        not null comment 'channel of the order or deal',
  campaign     varchar        not null comment 'own campaign of the order; of a deal its own, else that of the lead',
  ad           varchar        not null comment 'advertisement, by the same rule as the campaign',
  platform     varchar        not null comment 'ad platform of the source, else of the campaign; (unknown) when neither tells',
  segment      varchar        not null comment 'segment of the deal or lead; (unknown) when none',
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
    'order ' || o.order_id as row_key, 'order' as kind, o.order_day as day, 'order ' || o.order_id as sale_key,
    o.customer_identity, o.person_key, o.channel, o.campaign, o.ad, o.platform, null as segment, o.device,
    o.order_eur as revenue_eur, o.margin_eur, o.is_unpriced, o.load_id
  from facts.shop_order as o
  cross join reference.setting as s
  where s.revenue_from in ('orders', 'both')
  union all
  select
    'refund ' || r.order_id as row_key, 'refund' as kind, r.refund_day as day, 'order ' || r.order_id as sale_key,
    coalesce(o.customer_identity, 'order ' || r.order_id) as customer_identity, o.person_key, r.channel, r.campaign,
    r.ad, r.platform, null as segment, r.device,
    -r.refund_eur as revenue_eur, -r.margin_eur as margin_eur, r.is_unpriced, r.load_id
  from facts.refund as r
  left join facts.shop_order as o on o.order_id = r.order_id
  cross join reference.setting as s
  where s.revenue_from in ('orders', 'both')
  union all
  select
    'deal ' || d.deal_id as row_key, 'deal' as kind, d.won_day as day, 'deal ' || d.deal_id as sale_key,
    d.customer_identity, d.person_key, d.channel, d.campaign, d.ad, coalesce(a.platform, '(unknown)') as platform,
    d.segment, d.device,
    d.amount_eur as revenue_eur, d.margin_eur, d.is_unpriced, d.load_id
  from facts.deal as d
  left join staging.deal as sent on sent.deal_id = d.deal_id
  left join reference.platform_alias as a on a.alias = lower(trim(sent.source))
  cross join reference.setting as s
  where d.won_day is not null
    and (
      s.revenue_from = 'deals'
      -- a won deal that is later an order counts once, as the order
      or (s.revenue_from = 'both' and not exists (
        select 1 from facts.shop_order as o where o.person_key = d.person_key and o.order_day >= d.won_day
      ))
    )
),
platform_of_campaign as (
  -- a sale that names no source is of the one platform that has its campaign
  select campaign, min(platform) as platform
  from facts.ad_cost
  where campaign <> '(unknown)'
  group by campaign
  having min(platform) = max(platform)
)
select
  v.row_key,
  v.kind,
  v.day,
  v.sale_key,
  case
    when s.revenue_from = 'both' and v.person_key is not null then 'lead ' || cast(v.person_key as varchar)
    when not starts_with(v.customer_identity, 'order ') then v.customer_identity
  end as customer,
  v.channel,
  v.campaign,
  v.ad,
  coalesce(nullif(v.platform, '(unknown)'), c.platform, '(unknown)') as platform,
  coalesce(v.segment, l.segment, '(unknown)') as segment,
  v.device,
  v.revenue_eur,
  v.margin_eur,
  p.channel is not null as is_paid,
  v.is_unpriced,
  v.load_id
from sale as v
cross join reference.setting as s
left join facts.lead as l on l.person_key = v.person_key
left join platform_of_campaign as c on c.campaign = v.campaign
left join reference.paid_channel as p on p.channel = v.channel
