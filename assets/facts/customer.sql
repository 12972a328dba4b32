-- One row per customer: the first won deal, or the first paid order where the company counts orders.
create table facts.customer (
  customer_identity  varchar   not null comment 'account, shop customer or lead the purchase belongs to',
  customer_day       date      not null comment 'day of the first purchase',
  person_key         bigint             comment 'the lead behind it, where there is one',
  channel            varchar   not null comment 'channel of the first purchase',
  lead_source        varchar   not null comment 'channel of the lead, else of the first purchase',
  campaign           varchar   not null comment 'campaign of the first purchase',
  ad                 varchar   not null comment 'advertisement of the first purchase',
  offer              varchar   not null comment 'offer of the lead',
  region             varchar   not null comment 'region of the lead',
  segment            varchar   not null comment 'segment of the deal, else of the lead',
  device             varchar   not null comment 'device of the first purchase',
  cycle_days         integer            comment 'days from the lead to the won deal; NULL for orders, without lead or when it was won before',
  load_id            bigint    not null comment 'the load of the first purchase',
  primary key (customer_identity)
) as
with purchase as (
  select
    case
      when s.customers_from = 'both' and d.person_key is not null then 'lead ' || cast(d.person_key as varchar)
      else d.customer_identity
    end as customer_identity,
    d.won_day as customer_day,
    d.person_key,
    d.channel,
    d.lead_source,
    d.campaign,
    d.ad,
    d.offer,
    d.region,
    d.segment,
    d.device,
    d.deal_id as purchase_id,
    true as is_deal,
    d.load_id
  from facts.deal as d
  cross join reference.setting as s
  where d.is_first_win and s.customers_from in ('deals', 'both')
  union all
  select
    case
      when s.customers_from = 'both' and o.person_key is not null then 'lead ' || cast(o.person_key as varchar)
      else o.customer_identity
    end as customer_identity,
    o.order_day as customer_day,
    o.person_key,
    o.channel,
    coalesce(l.channel, o.channel) as lead_source,
    o.campaign,
    o.ad,
    coalesce(l.offer, '(unknown)') as offer,
    coalesce(l.region, '(unknown)') as region,
    coalesce(l.segment, '(unknown)') as segment,
    o.device,
    o.order_id as purchase_id,
    false as is_deal,
    o.load_id
  from facts.shop_order as o
  left join facts.lead as l on l.person_key = o.person_key
  cross join reference.setting as s
  where s.customers_from in ('orders', 'both')
),
placed as (
  select
    customer_identity,
    customer_day,
    person_key,
    channel,
    lead_source,
    campaign,
    ad,
    offer,
    region,
    segment,
    device,
    load_id,
    is_deal,
    row_number() over (partition by customer_identity order by customer_day, purchase_id) as place
  from purchase
)
select
  c.customer_identity,
  c.customer_day,
  c.person_key,
  c.channel,
  c.lead_source,
  c.campaign,
  c.ad,
  c.offer,
  c.region,
  c.segment,
  c.device,
  case
    when c.is_deal and date_diff('day', l.created_day, c.customer_day) >= 0 then date_diff('day', l.created_day, c.customer_day)
  end as cycle_days,
  c.load_id
from placed as c
left join facts.lead as l on l.person_key = c.person_key
where c.place = 1
