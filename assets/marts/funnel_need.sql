-- How many of each stage the customers of a plan need: exact fractions, rounded up at each stage.
create table marts.funnel_need (
  scenario         varchar not null comment 'seed, benchmark or measured',
  segment          varchar not null comment 'revenue segment; empty for the company as a whole',
  place            integer not null comment 'steps from this stage to the customer; 0 for the customer',
  stage            varchar not null comment 'stage of the funnel',
  needed           bigint           comment 'members of the stage that are needed; NULL when a rate on the way is not known, and without a plan',
  needed_exactly   double           comment 'the same without any rounding',
  worth_customers  double           comment 'customers that one member of the stage comes to',
  lag_days         bigint  not null comment 'days from this stage to the customer; a step without a measured lag counts 0',
  first_day        date    not null comment 'first day of the plan',
  last_day         date    not null comment 'last day of the plan',
  primary key (scenario, segment, place)
) as
with recursive business_year as (
  select p.period_start as first_day, p.period_end as last_day
  from meta.business_date as b
  inner join reference.period as p on p.grain = 'year' and b.business_date between p.period_start and p.period_end
),
need as (
  select
    s.scenario, t.segment, 0 as place, 'customer' as stage, t.target_customers as needed,
    cast(t.target_customers as double) as needed_exactly, 1e0 as worth_customers, cast(0 as bigint) as lag_days,
    coalesce(t.first_day, y.first_day) as first_day, coalesce(t.last_day, y.last_day) as last_day
  from reference.funnel_target as t
  cross join business_year as y
  cross join (select scenario from marts.funnel_rate group by scenario) as s
  union all
  select
    n.scenario, n.segment, r.place, r.stage,
    case when r.reached > 0 then (n.needed * r.members + r.reached - 1) // r.reached end as needed,
    ratio(n.needed_exactly * r.members, r.reached) as needed_exactly,
    n.worth_customers * ratio(r.reached, r.members) as worth_customers,
    n.lag_days + coalesce(r.lag_days, 0) as lag_days, n.first_day, n.last_day
  from need as n
  inner join marts.funnel_rate as r on r.scenario = n.scenario and r.place = n.place + 1
)
select
  scenario, segment, place, stage, needed, needed_exactly, worth_customers, lag_days, first_day, last_day
from need
