-- One row per deal that counts: survivors of merges, tests left out, in EUR, with its days and its customer.
create table facts.deal (
  deal_id            varchar        not null comment 'id of the surviving deal',
  person_key         bigint                  comment 'the lead it came from, merges followed',
  customer_identity  varchar        not null comment 'account, else lead, else the deal itself',
  is_new_business    boolean        not null comment 'deal type new: it belongs to the funnel',
  opportunity_day    date                    comment 'quote sent, else created; NULL while it lies ahead',
  won_day            date                    comment 'day it was won; NULL when it is not won',
  is_first_win       boolean        not null comment 'the first won deal of its customer',
  channel            varchar        not null comment 'own channel when known, else the lead source',
  lead_source        varchar        not null comment 'channel of the lead, else the own channel',
  device             varchar        not null comment 'device of the lead; (unknown) without lead',
  amount_eur         decimal(38, 6)          comment 'value in EUR by the rate of the won day; NULL when the rate is missing or nothing was won',
  margin_eur         decimal(38, 6)          comment 'gross profit in EUR, by the company rate where the deal has none',
  is_unpriced        boolean        not null comment 'won, with an amount that no rate turns into EUR',
  load_id            bigint         not null comment 'the load the row came with',
  primary key (deal_id)
) as
with recursive chain as (
  select
    d.deal_id,
    d.deal_id as survivor_id,
    0 as steps
  from staging.deal as d
  union all
  select
    c.deal_id,
    m.merged_into as survivor_id,
    c.steps + 1 as steps
  from chain as c
  inner join staging.deal_merge as m on m.deal_id = c.survivor_id
  inner join staging.deal as known on known.deal_id = m.merged_into
  where c.steps < 50
),
numbered as (
  select
    deal_id,
    survivor_id,
    row_number() over (partition by deal_id order by steps desc) as place
  from chain
),
dated as (
  select
    d.deal_id,
    p.survivor_key as person_key,
    coalesce(
      'account ' || nullif(d.account_id, ''),
      'lead ' || cast(p.survivor_key as varchar),
      'deal ' || d.deal_id
    ) as customer_identity,
    d.deal_type = 'new' as is_new_business,
    local_date(coalesce(d.quote_sent_at, d.created_at)) as opportunity_day,
    case when d.status = 'won' then local_date(d.closed_at) end as won_day,
    case when d.status = 'won' then d.closed_at end as won_at,
    case
      when c.channel = '(unknown)' then coalesce(l.channel, '(unknown)')
      else c.channel
    end as channel,
    coalesce(l.channel, c.channel) as lead_source,
    coalesce(l.device, '(unknown)') as device,
    d.amount,
    d.currency,
    d.margin,
    d.load_id
  from staging.deal as d
  inner join numbered as n on n.deal_id = d.deal_id and n.place = 1 and n.survivor_id = d.deal_id
  inner join facts.channel_of_traffic as c
    on c.sent_channel = trim(coalesce(d.channel, '')) and c.source = trim(coalesce(d.source, ''))
    and c.medium = trim(coalesce(d.medium, '')) and c.campaign = trim(coalesce(d.campaign, '')) and c.platform = ''
  left join facts.person as p on p.person_key = d.person_key
  left join facts.lead as l on l.person_key = p.survivor_key
  where not d.is_test
),
counted as (
  select
    d.deal_id,
    d.person_key,
    d.customer_identity,
    d.is_new_business,
    case when d.opportunity_day < b.business_date then d.opportunity_day end as opportunity_day,
    case when d.won_day < b.business_date then d.won_day end as won_day,
    case when d.won_day < b.business_date then d.won_at end as won_at,
    d.channel,
    d.lead_source,
    d.device,
    d.amount,
    d.currency,
    d.margin,
    d.load_id
  from dated as d
  cross join meta.business_date as b
),
placed as (
  select
    deal_id,
    row_number() over (
      partition by customer_identity
      order by case when won_day is null then 1 else 0 end, won_at, deal_id
    ) as win_place
  from counted
)
select
  d.deal_id,
  d.person_key,
  d.customer_identity,
  d.is_new_business,
  d.opportunity_day,
  d.won_day,
  d.won_day is not null and w.win_place = 1 as is_first_win,
  d.channel,
  d.lead_source,
  d.device,
  case when d.won_day is not null then round(coalesce(d.amount, 0) * x.eur_per_unit, 2) end as amount_eur,
  case
    when d.won_day is null then null
    when d.margin is not null then round(d.margin * x.eur_per_unit, 2)
    else round(round(coalesce(d.amount, 0) * x.eur_per_unit, 2) * s.gross_margin, 2)
  end as margin_eur,
  d.won_day is not null and d.amount is not null and x.eur_per_unit is null as is_unpriced,
  d.load_id
from counted as d
inner join placed as w on w.deal_id = d.deal_id
cross join reference.setting as s
left join reference.exchange_rate as x
  on x.currency = coalesce(d.currency, 'EUR') and d.won_day between x.valid_from and x.valid_until
