-- Which lead a shop customer is: the lead says so, or an order names both; of several the earliest lead.
create table facts.shop_customer (
  customer_key  bigint not null comment 'surrogate of the shop customer',
  person_key    bigint not null comment 'surrogate of the surviving lead',
  primary key (customer_key)
) as
with link as (
  select l.customer_key, p.survivor_key as person_key
  from staging.lead as l
  inner join facts.person as p on p.person_key = l.person_key
  where l.customer_key is not null
  union
  select o.customer_key, p.survivor_key as person_key
  from staging.shop_order as o
  inner join facts.person as p on p.person_key = o.person_key
  where o.customer_key is not null
),
placed as (
  select
    k.customer_key,
    k.person_key,
    row_number() over (
      partition by k.customer_key
      order by l.created_at, l.channel, l.device, l.segment, k.person_key
    ) as place
  from link as k
  inner join facts.lead as l on l.person_key = k.person_key
)
select
  customer_key,
  person_key
from placed
where place = 1
