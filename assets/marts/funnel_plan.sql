-- The reverse funnel: what each stage must bring for the customers that are planned, by when, and what the leads cost.
-- publish: yes
create table marts.funnel_plan (
  scenario          varchar         not null comment 'seed: the figures that came with the project; benchmark: the newest ones; measured: the company''s own ripe cohorts',
  target_customers  bigint                   comment 'new customers of the plan; NULL when the company planned none',
  stage             varchar         not null comment 'stage of the funnel',
  stage_position    integer         not null comment 'place of the stage in the funnel of the company, from 1',
  rate              double                   comment 'part of the stage that reaches the next stage of the plan; NULL for the customer',
  reached           bigint                   comment 'the same exactly: above the line',
  members           bigint                   comment 'and below it',
  rate_source       varchar                  comment 'months of the own cohorts, or the benchmarks',
  fallback_reason   varchar                  comment 'why a benchmark stands in for the own rate; NULL where none does',
  needed            bigint                   comment 'members of the stage that are needed, rounded up at each stage; NULL when a rate is not known, and without a plan',
  needed_exactly    double                   comment 'the same without any rounding',
  needed_p10        bigint                   comment 'so many are enough with a chance of 10 %, by what the own cohorts tell of their rates; a benchmark is taken as certain; NULL where no own rate counts',
  needed_p50        bigint                   comment 'the same with a chance of 50 %',
  needed_p90        bigint                   comment 'the same with a chance of 90 %',
  per_customer_p10  double                   comment 'needed_p10 for one customer, not rounded',
  per_customer_p50  double                   comment 'needed_p50 for one customer, not rounded',
  per_customer_p90  double                   comment 'needed_p90 for one customer, not rounded',
  lag_days          bigint          not null comment 'median days from the stage to the customer in own cohorts; a step without a measured lag counts 0',
  by_month          date            not null comment 'first day of the month by whose end all of them must be there',
  cpl_eur           double                   comment 'fully loaded cost per lead of the last twelve final months; for leads only',
  budget_eur        decimal(38, 6)           comment 'needed x cpl_eur; for leads only',
  primary key (scenario, stage)
) as
with tail as (
  -- Jeffreys: Beta(reached + 1/2, members - reached + 1/2), on a grid of its log odds
  select
    r.place, g.offset_days as knot, cast(r.reached as double) + 0.5e0 as a,
    cast(r.members - r.reached as double) + 0.5e0 as b
  from marts.funnel_rate as r
  inner join reference.day_offset as g on g.offset_days <= 288
  where r.scenario = 'measured' and r.is_measured
),
knot as (
  select
    place, knot, a, b,
    ln(ratio(a, b)) + sqrt(ratio(1, a) + ratio(1, b)) * (ratio(knot, 16) - 9e0) as log_odds
  from tail
),
density as (
  select
    place, knot, log_odds,
    -a * ln(1e0 + exp(-log_odds)) - b * ln(1e0 + exp(log_odds)) as log_density
  from knot
),
weight as (
  select
    place, knot, log_odds,
    cast(exp(log_density - max(log_density) over (partition by place)) as decimal(18, 12)) as height
  from density
),
slab as (
  select
    place, knot, log_odds, height + lag(height, 1, 0) over (partition by place order by knot) as area,
    lag(log_odds) over (partition by place order by knot) as log_odds_before
  from weight
),
heap as (
  select
    place, knot, log_odds, log_odds_before, area,
    sum(area) over (partition by place order by knot) as up_to,
    sum(area) over (partition by place) as whole
  from slab
),
share as (
  select
    place, log_odds, log_odds_before,
    ratio(up_to - area, whole) as above, ratio(up_to, whole) as below
  from heap
  where log_odds_before is not null
),
atom as (
  -- two hundred equally likely rates of a step, each as the logarithm of what one member of the next stage needs
  select
    s.place, n.offset_days as number,
    ln(1e0 + exp(-(
      s.log_odds_before
      + (s.log_odds - s.log_odds_before) * ratio(ratio(n.offset_days * 2 + 1, 400) - s.above, s.below - s.above)
    ))) as log_need
  from share as s
  inner join reference.day_offset as n
    on n.offset_days < 200 and ratio(n.offset_days * 2 + 1, 400) > s.above and ratio(n.offset_days * 2 + 1, 400) <= s.below
  union all
  select r.place, n.offset_days as number, ln(ratio(r.members, r.reached)) as log_need
  from marts.funnel_rate as r
  inner join reference.day_offset as n on n.offset_days < 200
  where r.scenario = 'measured' and not r.is_measured and r.reached > 0
),
pair_1 as (
  select log_need, row_number() over (order by log_need) as rank from atom where place = 1
),
-- of the 40,000 pairs with the rates of the next step again two hundred equally likely ones go on
pair_2 as (
  select p.log_need + a.log_need as log_need, row_number() over (order by p.log_need + a.log_need) as rank
  from pair_1 as p
  inner join atom as a on a.place = 2
),
kept_2 as (
  select p.log_need from pair_2 as p inner join reference.day_offset as n on n.offset_days < 200 and p.rank = n.offset_days * 200 + 100
),
pair_3 as (
  select p.log_need + a.log_need as log_need, row_number() over (order by p.log_need + a.log_need) as rank
  from kept_2 as p
  inner join atom as a on a.place = 3
),
kept_3 as (
  select p.log_need from pair_3 as p inner join reference.day_offset as n on n.offset_days < 200 and p.rank = n.offset_days * 200 + 100
),
pair_4 as (
  select p.log_need + a.log_need as log_need, row_number() over (order by p.log_need + a.log_need) as rank
  from kept_3 as p
  inner join atom as a on a.place = 4
),
ranked as (
  select 1 as place, log_need, rank, 200 as pairs from pair_1
  union all
  select 2 as place, log_need, rank, 40000 as pairs from pair_2
  union all
  select 3 as place, log_need, rank, 40000 as pairs from pair_3
  union all
  select 4 as place, log_need, rank, 40000 as pairs from pair_4
),
chance as (
  -- between the two that stand beside the chance
  select
    place,
    exp(ratio(max(case when rank * 10 = pairs then log_need end) + max(case when (rank - 1) * 10 = pairs then log_need end), 2))
      as p10,
    exp(ratio(max(case when rank * 2 = pairs then log_need end) + max(case when (rank - 1) * 2 = pairs then log_need end), 2))
      as p50,
    exp(ratio(
      max(case when rank * 10 = pairs * 9 then log_need end) + max(case when (rank - 1) * 10 = pairs * 9 then log_need end), 2))
      as p90
  from ranked
  group by place
),
cost_month as (
  select numerator, denominator, row_number() over (order by period_start desc) as age
  from marts.kpi_figure
  where kpi_id = 'cpl' and is_valid and grain = 'month' and slice = 'total' and status = 'final' and denominator > 0
),
cost as (
  select ratio(sum(numerator), sum(denominator)) as cpl_eur from cost_month where age <= 12
)
select
  n.scenario,
  t.target_customers,
  n.stage,
  g.position as stage_position,
  ratio(r.reached, r.members) as rate,
  r.reached,
  r.members,
  r.rate_source,
  r.fallback_reason,
  n.needed,
  n.needed_exactly,
  cast(ceil(round(c.p10 * t.target_customers, 3)) as bigint) as needed_p10,
  cast(ceil(round(c.p50 * t.target_customers, 3)) as bigint) as needed_p50,
  cast(ceil(round(c.p90 * t.target_customers, 3)) as bigint) as needed_p90,
  c.p10 as per_customer_p10,
  c.p50 as per_customer_p50,
  c.p90 as per_customer_p90,
  n.lag_days,
  d.month_start as by_month,
  case when n.stage = 'lead' then k.cpl_eur end as cpl_eur,
  case when n.stage = 'lead' then cast(round(n.needed * k.cpl_eur, 2) as decimal(38, 6)) end as budget_eur
from marts.funnel_need as n
inner join reference.funnel_target as t on t.segment = n.segment
inner join reference.stage as g on g.stage = n.stage
inner join reference.calendar as d on d.day = cast(n.last_day - cast(n.lag_days as integer) as date)
left join marts.funnel_rate as r on r.scenario = n.scenario and r.place = n.place
left join chance as c
  on c.place = n.place and n.scenario = 'measured'
    and exists (select 1 from marts.funnel_rate as o where o.scenario = 'measured' and o.is_measured and o.place <= n.place)
cross join cost as k
where n.segment = ''
