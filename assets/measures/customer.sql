-- Contributions to customers and the sales cycle: one row per customer, on the day of the first purchase.
-- source: customers_from
create table measures.customer (
  day                         date    not null comment 'day of the first purchase',
  row_key                     varchar not null comment 'the customer',
  load_id                     bigint  not null comment 'the load the row came with',
  channel                     varchar not null comment 'slice: channel of the first purchase',
  lead_source                 varchar not null comment 'slice: channel of the lead, else of the first purchase',
  campaign                    varchar not null comment 'slice: campaign of the first purchase',
  ad                          varchar not null comment 'slice: advertisement of the first purchase',
  offer                       varchar not null comment 'slice: offer of the lead',
  region                      varchar not null comment 'slice: region of the lead',
  segment                     varchar not null comment 'slice: segment of the deal, else of the lead',
  device                      varchar not null comment 'slice: device of the first purchase',
  customers                   bigint  not null comment 'measure: 1',
  mobile_customers            bigint           comment 'measure: 1 when the device is a mobile phone',
  paid_customers              bigint           comment 'measure: 1 when the channel is paid',
  cycle_days                  bigint           comment 'measure: whole days from the lead to the won deal',
  won_customers_with_lead     bigint           comment 'measure: 1 when the lead came before the win',
  primary key (row_key)
) as
with customer as (
  select
    customer_identity as row_key, customer_day as day, channel, lead_source, campaign, ad, offer, region, segment,
    device, cycle_days, load_id
  from facts.customer
  union all
  select
    'lead ' || cast(e.person_key as varchar) as row_key, e.entered_day as day, e.channel, e.channel as lead_source,
    e.campaign, e.ad, e.offer, e.region, e.segment, e.device,
    date_diff('day', l.created_day, e.entered_day) as cycle_days, e.load_id
  from facts.stage_entry as e
  inner join facts.lead as l on l.person_key = e.person_key
  cross join reference.setting as s
  where e.stage = 'customer' and s.customers_from in ('deals', 'both')
    and not exists (select 1 from staging.deal) and not exists (
      select 1 from facts.customer as c where c.customer_identity = 'lead ' || cast(e.person_key as varchar)
    )
)
select
  c.day,
  c.row_key,
  c.load_id,
  c.channel,
  c.lead_source,
  c.campaign,
  c.ad,
  c.offer,
  c.region,
  c.segment,
  c.device,
  1 as customers,
  case when c.device = 'mobile' then 1 end as mobile_customers,
  case when p.channel is not null then 1 end as paid_customers,
  case when c.cycle_days >= 0 then c.cycle_days end as cycle_days,
  case when c.cycle_days >= 0 then 1 end as won_customers_with_lead
from customer as c
left join reference.paid_channel as p on p.channel = c.channel
