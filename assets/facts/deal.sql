-- One row per deal that counts: tests left out, then survivors of merges with the first dates and source of all records.
create table facts.deal (
  deal_id            varchar        not null comment 'id of the surviving deal',
  person_key         bigint                  comment 'the lead it came from, merges followed',
  customer_identity  varchar        not null comment 'account, else lead, else the deal itself',
  is_new_business    boolean        not null comment 'deal type new: it belongs to the funnel',
  created_day        date           not null comment 'earliest creation of all its records, as a day in the reporting zone',
  opportunity_at     timestamp               comment 'first quote or creation of all its records, UTC; NULL while it lies ahead',
  opportunity_day    date                    comment 'the same, as a day in the reporting zone',
  won_at             timestamp               comment 'moment it was won, UTC; NULL when it is not won',
  won_day            date                    comment 'the same, as a day in the reporting zone',
  lost_day           date                    comment 'day on which it was lost; NULL when it is not lost, or nobody says when',
  is_first_win       boolean        not null comment 'the first won deal of new business of its customer',
  channel            varchar        not null comment 'own channel when known, else the lead source',
  lead_source        varchar        not null comment 'channel of the lead, else the own channel',
  campaign           varchar        not null comment 'own campaign, else that of the lead; (unknown) when both are empty, as with the others',
  ad                 varchar        not null comment 'own advertisement, else that of the lead',
  offer              varchar        not null comment 'offer of the lead',
  region             varchar        not null comment 'region of the lead',
  segment            varchar        not null comment 'own segment, else that of the lead',
  device             varchar        not null comment 'device of the lead; (unknown) without lead',
  amount_eur         decimal(38, 6)          comment 'value in EUR by the rate of the won day; NULL when the rate is missing or nothing was won',
  margin_eur         decimal(38, 6)          comment 'gross profit in EUR, by the company rate where the deal has none',
  has_amount         boolean        not null comment 'the CRM names a value',
  lost_eur           decimal(38, 6)          comment 'value of a lost deal in EUR by the rate of the lost day; NULL without a value or rate',
  created_eur        decimal(38, 6)          comment 'value as first loaded, in EUR by the rate of the day of creation; NULL without a value or rate',
  had_amount         boolean        not null comment 'the CRM named a value when the deal was first loaded',
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
  where not d.is_test
  union all
  select
    c.deal_id,
    m.merged_into as survivor_id,
    c.steps + 1 as steps
  from chain as c
  inner join staging.deal_merge as m on m.deal_id = c.survivor_id
  inner join staging.deal as known on known.deal_id = m.merged_into and not known.is_test
  where c.steps < 50
),
visited as (
  select deal_id, survivor_id, count(*) as visits, max(steps) as last_step
  from chain
  group by deal_id, survivor_id
),
numbered as (
  -- the end of the chain; of deals that are merged in a circle the earliest stands for all
  select
    v.deal_id,
    v.survivor_id,
    row_number() over (
      partition by v.deal_id
      order by case when v.visits > 1 then 0 else 1 end,
        case when v.visits > 1 then s.created_at end,
        case when v.visits > 1 then v.survivor_id end,
        v.last_step desc
    ) as place
  from visited as v
  inner join staging.deal as s on s.deal_id = v.survivor_id
),
record as (
  -- a deal that was merged away brings its dates, its source and its lead
  select
    n.survivor_id,
    r.created_at,
    coalesce(r.quote_sent_at, r.created_at) as opportunity_at,
    c.channel,
    nullif(c.campaign, '') as campaign,
    nullif(trim(r.ad), '') as ad,
    nullif(trim(r.segment), '') as segment,
    p.survivor_key as person_key,
    row_number() over (partition by n.survivor_id order by r.created_at, r.deal_id) as place
  from numbered as n
  inner join staging.deal as r on r.deal_id = n.deal_id
  inner join facts.channel_of_traffic as c
    on c.sent_channel = trim(coalesce(r.channel, '')) and c.source = trim(coalesce(r.source, ''))
    and c.medium = trim(coalesce(r.medium, '')) and c.campaign = trim(coalesce(r.campaign, '')) and c.platform = ''
  left join facts.person as p on p.person_key = r.person_key
  where n.place = 1
),
gathered as (
  select
    survivor_id,
    min(created_at) as created_at,
    min(opportunity_at) as opportunity_at,
    max(case when place = 1 then channel end) as channel,
    max(case when place = 1 then campaign end) as campaign,
    max(case when place = 1 then ad end) as ad,
    max(case when place = 1 then segment end) as segment,
    max(case when place = 1 then person_key end) as person_key
  from record
  group by survivor_id
),
first_version as (
  select
    deal_id,
    amount,
    currency,
    row_number() over (partition by deal_id order by as_of, load_id) as place
  from staging.deal_version
),
dated as (
  select
    d.deal_id,
    coalesce(p.survivor_key, g.person_key) as person_key,
    coalesce(
      'account ' || nullif(d.account_id, ''),
      'lead ' || cast(coalesce(p.survivor_key, g.person_key) as varchar),
      'deal ' || d.deal_id
    ) as customer_identity,
    d.deal_type = 'new' as is_new_business,
    local_date(g.created_at) as created_day,
    g.opportunity_at,
    case when d.status = 'won' then d.closed_at end as won_at,
    case when d.status = 'lost' then d.closed_at end as lost_at,
    case
      when g.channel = '(unknown)' then coalesce(l.channel, '(unknown)')
      else g.channel
    end as channel,
    coalesce(l.channel, g.channel) as lead_source,
    coalesce(g.campaign, l.campaign, '(unknown)') as campaign,
    coalesce(g.ad, l.ad, '(unknown)') as ad,
    coalesce(l.offer, '(unknown)') as offer,
    coalesce(l.region, '(unknown)') as region,
    coalesce(g.segment, l.segment, '(unknown)') as segment,
    coalesce(l.device, '(unknown)') as device,
    d.amount,
    d.currency,
    v.amount as first_amount,
    v.currency as first_currency,
    d.margin,
    d.load_id
  from staging.deal as d
  inner join gathered as g on g.survivor_id = d.deal_id
  left join facts.person as p on p.person_key = d.person_key
  left join facts.lead as l on l.person_key = coalesce(p.survivor_key, g.person_key)
  left join first_version as v on v.deal_id = d.deal_id and v.place = 1
),
counted as (
  select
    d.deal_id,
    d.person_key,
    d.customer_identity,
    d.is_new_business,
    d.created_day,
    case when local_date(d.opportunity_at) < b.business_date then d.opportunity_at end as opportunity_at,
    case when local_date(d.won_at) < b.business_date then d.won_at end as won_at,
    case when local_date(d.lost_at) < b.business_date then local_date(d.lost_at) end as lost_day,
    d.channel,
    d.lead_source,
    d.campaign,
    d.ad,
    d.offer,
    d.region,
    d.segment,
    d.device,
    d.amount,
    d.currency,
    d.first_amount,
    d.first_currency,
    d.margin,
    d.load_id
  from dated as d
  cross join meta.business_date as b
),
placed as (
  select
    deal_id,
    won_at is not null and is_new_business as is_new_win,
    row_number() over (
      partition by customer_identity
      order by case when won_at is not null and is_new_business then 0 else 1 end, won_at, deal_id
    ) as win_place
  from counted
)
select
  d.deal_id,
  d.person_key,
  d.customer_identity,
  d.is_new_business,
  d.created_day,
  d.opportunity_at,
  local_date(d.opportunity_at) as opportunity_day,
  d.won_at,
  local_date(d.won_at) as won_day,
  d.lost_day,
  w.is_new_win and w.win_place = 1 as is_first_win,
  d.channel,
  d.lead_source,
  d.campaign,
  d.ad,
  d.offer,
  d.region,
  d.segment,
  d.device,
  case when d.won_at is not null then round(coalesce(d.amount, 0) * x.eur_per_unit, 2) end as amount_eur,
  case
    when d.won_at is null then null
    when d.margin is not null then round(d.margin * x.eur_per_unit, 2)
    else round(round(coalesce(d.amount, 0) * x.eur_per_unit, 2) * s.gross_margin, 2)
  end as margin_eur,
  d.amount is not null as has_amount,
  case when d.lost_day is not null then round(d.amount * x.eur_per_unit, 2) end as lost_eur,
  round(d.first_amount * f.eur_per_unit, 2) as created_eur,
  d.first_amount is not null as had_amount,
  d.won_at is not null and coalesce(d.amount, d.margin) is not null and x.eur_per_unit is null as is_unpriced,
  d.load_id
from counted as d
inner join placed as w on w.deal_id = d.deal_id
cross join reference.setting as s
left join reference.exchange_rate as x
  on x.currency = d.currency and coalesce(local_date(d.won_at), d.lost_day) between x.valid_from and x.valid_until
left join reference.exchange_rate as f
  on f.currency = d.first_currency and d.created_day between f.valid_from and f.valid_until
