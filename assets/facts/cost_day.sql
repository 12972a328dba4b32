-- The cost ledger: every euro of media, direct cost and overhead on its day and channel, to the cent.
create table facts.cost_day (
  row_key      varchar        not null comment 'cost, day and channel',
  day          date           not null comment 'accrual day',
  channel      varchar        not null comment 'channel that bears the cost; (unallocated) where no driver places it',
  category     varchar        not null comment 'media, software, staff, agency, content and the like',
  scope        varchar        not null comment 'media, direct or overhead',
  cost_id      varchar        not null comment 'cost row; ads:<platform> for media spend',
  amount_eur   decimal(38, 6)          comment 'EUR; NULL when the rate is missing',
  is_unpriced  boolean        not null comment 'no rate turns it into EUR',
  load_id      bigint         not null comment 'the load the row came with',
  primary key (row_key)
) as
with priced as (
  select
    c.cost_id,
    c.period_start,
    c.category,
    c.allocation,
    nullif(trim(coalesce(c.channel, '')), '') as sent_channel,
    cast(round(c.amount * x.eur_per_unit, 2) * 100 as bigint) as cents,
    date_diff('day', c.period_start, c.period_end) + 1 as days,
    x.eur_per_unit is null as is_unpriced,
    c.load_id
  from staging.cost as c
  left join reference.exchange_rate as x
    on x.currency = c.currency and c.period_start between x.valid_from and x.valid_until
),
accrued as (
  select
    p.cost_id,
    cast(p.period_start + cast(n.offset_days as integer) as date) as day,
    p.category,
    p.allocation,
    p.sent_channel,
    -- equal cents per day, the rest on the last day; negative costs are split by their size
    sign(p.cents) * (abs(p.cents) // p.days
      + case when n.offset_days = p.days - 1 then abs(p.cents) - p.days * (abs(p.cents) // p.days) else 0 end) as cents,
    p.is_unpriced,
    p.load_id
  from priced as p
  inner join reference.day_offset as n on n.offset_days < p.days
),
media_driver as (
  select
    'media_share' as allocation, '' as category, cast(date_trunc('month', day) as date) as month, channel,
    cast(sum(spend_eur) * 100 as bigint) as weight
  from facts.ad_cost
  where spend_eur is not null
  group by cast(date_trunc('month', day) as date), channel
),
lead_driver as (
  select
    'leads' as allocation, '' as category, cast(date_trunc('month', created_day) as date) as month, channel,
    count(*) as weight
  from facts.lead
  group by cast(date_trunc('month', created_day) as date), channel
),
month_driver as (
  select allocation, month, channel, weight from media_driver where weight > 0
  union all
  select allocation, month, channel, weight from lead_driver
),
driven as (
  select a.cost_id, a.day, a.category, a.cents, a.is_unpriced, a.load_id, m.channel, m.weight
  from accrued as a
  inner join month_driver as m
    on m.allocation = a.allocation and m.month = cast(date_trunc('month', a.day) as date)
  where a.sent_channel is null
  union all
  select a.cost_id, a.day, a.category, a.cents, a.is_unpriced, a.load_id, f.channel, f.weight
  from accrued as a
  inner join reference.cost_driver as f on f.category = a.category
  where a.sent_channel is null and a.allocation = 'fixed'
),
weighed as (
  select
    cost_id, day, category, cents, is_unpriced, load_id, channel, weight,
    sum(weight) over (partition by cost_id, day) as total_weight,
    row_number() over (partition by cost_id, day order by channel desc) as place_from_last
  from driven
),
floored as (
  select
    cost_id, day, category, cents, is_unpriced, load_id, channel, place_from_last,
    cast((cast(abs(cents) as hugeint) * cast(weight as hugeint)) // cast(total_weight as hugeint) as bigint) as share
  from weighed
),
shared as (
  select
    cost_id, day, category, is_unpriced, load_id, channel, cents,
    sign(cents) * (share + case
      when place_from_last = 1 then abs(cents) - sum(share) over (partition by cost_id, day) else 0
    end) as channel_cents
  from floored
),
placed as (
  select a.cost_id, a.day, a.category, 'direct' as scope, c.channel, a.cents, a.is_unpriced, a.load_id
  from accrued as a
  inner join facts.channel_of_traffic as c
    on c.sent_channel = a.sent_channel and c.source = '' and c.medium = '' and c.campaign = '' and c.platform = ''
  where a.sent_channel is not null
  union all
  select cost_id, day, category, 'overhead' as scope, channel, channel_cents as cents, is_unpriced, load_id
  from shared
  union all
  select a.cost_id, a.day, a.category, 'overhead' as scope, '(unallocated)' as channel, a.cents, a.is_unpriced, a.load_id
  from accrued as a
  left join (select distinct cost_id, day from driven) as d on d.cost_id = a.cost_id and d.day = a.day
  where a.sent_channel is null and d.cost_id is null
)
select
  cost_id || '|' || cast(day as varchar) || '|' || channel as row_key,
  day,
  channel,
  category,
  scope,
  cost_id,
  cast(cents as decimal(38, 0)) * cast('0.01' as decimal(3, 2)) as amount_eur,
  is_unpriced,
  load_id
from placed
union all
select
  'ads:' || platform || '|' || cast(day as varchar) || '|' || channel as row_key,
  day,
  channel,
  'media' as category,
  'media' as scope,
  'ads:' || platform as cost_id,
  sum(spend_eur) as amount_eur,
  max(case when is_unpriced then 1 else 0 end) = 1 as is_unpriced,
  max(load_id) as load_id
from facts.ad_cost
group by platform, day, channel
