-- A/B tests by month: what each variant had from the beginning of the test to the end of the month.
-- The uplift is rate(B) - rate(A), kept exact as (cB * nA - cA * nB) / (nA * nB); the four counts stand beside it.
-- source: metrics
-- measures: ab_test_difference, ab_test_base, ab_test_conversions_a, ab_test_visitors_a, ab_test_conversions_b, ab_test_visitors_b
-- grains: month (test)
create table measures.ab_test (
  measure       varchar        not null comment 'name of the measure',
  grain         varchar        not null comment 'month',
  period_start  date           not null comment 'first day of the month',
  slice         varchar        not null comment 'test',
  member        varchar        not null comment 'id of the test',
  value         decimal(38, 6) not null comment 'count, or a product of counts',
  primary key (measure, grain, period_start, slice, member)
) as
with variant as (
  select
    m.metric_id as test, cast(date_trunc('month', m.day) as date) as month, upper(m.member) as variant, m.numerator, m.denominator
  from staging.metric as m
  cross join meta.business_date as b
  where m.slice = 'variant' and upper(m.member) in ('A', 'B') and m.numerator is not null and m.denominator is not null
    and m.numerator = floor(m.numerator) and m.denominator = floor(m.denominator) and m.day < b.business_date
),
test_month as (
  select
    test,
    month,
    sum(case when variant = 'A' then numerator end) as conversions_a,
    sum(case when variant = 'A' then denominator end) as visitors_a,
    sum(case when variant = 'B' then numerator end) as conversions_b,
    sum(case when variant = 'B' then denominator end) as visitors_b
  from variant
  group by test, month
),
so_far as (
  select
    test,
    month,
    cast(sum(conversions_a) over (partition by test order by month) as decimal(19, 0)) as conversions_a,
    cast(sum(visitors_a) over (partition by test order by month) as decimal(19, 0)) as visitors_a,
    cast(sum(conversions_b) over (partition by test order by month) as decimal(19, 0)) as conversions_b,
    cast(sum(visitors_b) over (partition by test order by month) as decimal(19, 0)) as visitors_b
  from test_month
),
paired as (
  select * from so_far where visitors_a is not null and visitors_b is not null
)
select
  'ab_test_difference' as measure, 'month' as grain, month as period_start, 'test' as slice, test as member,
  conversions_b * visitors_a - conversions_a * visitors_b as value
from paired
union all
select
  'ab_test_base' as measure, 'month' as grain, month as period_start, 'test' as slice, test as member,
  visitors_a * visitors_b as value
from paired
union all
select
  'ab_test_conversions_a' as measure, 'month' as grain, month as period_start, 'test' as slice, test as member,
  conversions_a as value
from paired
union all
select
  'ab_test_visitors_a' as measure, 'month' as grain, month as period_start, 'test' as slice, test as member,
  visitors_a as value
from paired
union all
select
  'ab_test_conversions_b' as measure, 'month' as grain, month as period_start, 'test' as slice, test as member,
  conversions_b as value
from paired
union all
select
  'ab_test_visitors_b' as measure, 'month' as grain, month as period_start, 'test' as slice, test as member,
  visitors_b as value
from paired
