-- The 95 % intervals that take more than the two figures of a cell: of a difference of two rates, and of rates of posts.
create table marts.kpi_interval (
  kpi_id              varchar  not null comment 'id of the KPI, see reference.kpi',
  definition_version  integer  not null comment 'version of the definition that it is counted by',
  grain               varchar  not null comment 'month; posts also quarter and year',
  period_start        date     not null comment 'first day of the period',
  slice               varchar  not null comment 'test; of posts total, platform and post_type',
  member              varchar  not null comment 'value of the slice; empty for total',
  ci_low              double   not null comment 'lower end of the 95 % interval',
  ci_high             double   not null comment 'upper end of the 95 % interval',
  primary key (kpi_id, definition_version, grain, period_start, slice, member)
) as
with rule as (
  select
    k.kpi_id, k.definition_version, k.interval_kind, k.numerator_measure || ' / ' || k.denominator_measure as made_of,
    g.grain, g.slice
  from reference.kpi_definition as k
  inner join reference.kpi_grain as g on g.kpi_id = k.kpi_id
  where k.interval_kind in ('newcombe_diff_95', 'bootstrap_posts_95')
),
variant as (
  select
    p.grain, p.period_start, p.slice, p.member,
    case when p.measure in ('ab_test_conversions_a', 'ab_test_visitors_a') then 'a' else 'b' end as variant,
    max(case when p.measure in ('ab_test_conversions_a', 'ab_test_conversions_b') then p.value end) as part,
    max(case when p.measure in ('ab_test_visitors_a', 'ab_test_visitors_b') then p.value end) as whole
  from marts.kpi_part as p
  where p.measure in ('ab_test_conversions_a', 'ab_test_visitors_a', 'ab_test_conversions_b', 'ab_test_visitors_b')
  group by p.grain, p.period_start, p.slice, p.member,
    case when p.measure in ('ab_test_conversions_a', 'ab_test_visitors_a') then 'a' else 'b' end
),
scored as (
  -- Wilson's limits of each rate, z = 1.959963984540054
  select
    v.grain, v.period_start, v.slice, v.member, v.variant, ratio(v.part, v.whole) as rate,
    ratio(ratio(v.part, v.whole) + ratio(1.9207294103470844e0, v.whole), 1e0 + ratio(3.841458820694169e0, v.whole)) as middle,
    ratio(
      1.959963984540054e0 * sqrt(ratio(
        ratio(v.part, v.whole) * (1e0 - ratio(v.part, v.whole)) + ratio(0.9603647051735422e0, v.whole), v.whole)),
      1e0 + ratio(3.841458820694169e0, v.whole)) as half
  from variant as v
  where v.whole > 0 and v.part between 0 and v.whole
),
compared as (
  select
    a.grain, a.period_start, a.slice, a.member, b.rate - a.rate as difference,
    a.rate - (a.middle - a.half) as a_below, a.middle + a.half - a.rate as a_above,
    b.rate - (b.middle - b.half) as b_below, b.middle + b.half - b.rate as b_above
  from scored as a
  inner join scored as b
    on b.variant = 'b' and b.grain = a.grain and b.period_start = a.period_start and b.slice = a.slice and b.member = a.member
  where a.variant = 'a'
),
post as (
  -- what is counted together in every cell has one number
  select
    row_key, cast(date_trunc('month', day) as date) as month, platform, post_type, reached_engagements, engaged_reach,
    dense_rank() over (order by cast(date_trunc('month', day) as date), platform, post_type) as lot
  from measures.social_post
  where reached_engagements is not null
),
hashed as (
  -- eight numbers of eight hexadecimal digits each, the same ones on every engine and in any order of rows
  select
    p.lot, p.reached_engagements, p.engaged_reach, b.block, sha256(p.row_key || '|' || cast(b.block as varchar)) as digits
  from post as p
  cross join (select unnest(generate_series(0, 124)) as block) as b
),
numbered as (
  select
    h.lot, h.block * 8 + i.position as replicate, h.reached_engagements, h.engaged_reach,
    substring(h.digits, i.position * 8 + 1, 8) as number
  from hashed as h
  cross join (select unnest(generate_series(0, 7)) as position) as i
),
drawn as (
  -- how often a resample has the post: the first shares of a Poisson distribution of mean 1, as parts of 16^8
  select
    lot, replicate, reached_engagements, engaged_reach,
    case
      when number < '5e2d58d9' then 0
      when number < 'bc5ab1b1' then 1
      when number < 'eb715e1e' then 2
      when number < 'fb239797' then 3
      when number < 'ff1025f6' then 4
      when number < 'ffd90f3c' then 5
      when number < 'fffa8b72' then 6
      when number < 'ffff540c' then 7
      else 8
    end as times
  from numbered
),
resample as (
  -- resample 0 is left out: of 999 the 25th and the 975th are the limits
  select lot, replicate, sum(times * reached_engagements) as engagements, sum(times * engaged_reach) as reach
  from drawn
  where replicate > 0
  group by lot, replicate
),
cell_lot as (
  select
    r.kpi_id, r.definition_version, r.grain, p.period_start, r.slice,
    case r.slice when 'platform' then g.platform when 'post_type' then g.post_type else '' end as member,
    g.lot, count(*) as posts
  from post as g
  inner join rule as r
    on r.interval_kind = 'bootstrap_posts_95' and r.made_of = 'reached_engagements / engaged_reach'
    and r.grain in ('month', 'quarter', 'year') and r.slice in ('total', 'platform', 'post_type')
  inner join reference.period as p on p.grain = r.grain and g.month between p.period_start and p.period_end
  group by r.kpi_id, r.definition_version, r.grain, p.period_start, r.slice,
    case r.slice when 'platform' then g.platform when 'post_type' then g.post_type else '' end, g.lot
),
numbered_lot as (
  select
    kpi_id, definition_version, grain, period_start, slice, member, lot,
    sum(posts) over (partition by kpi_id, definition_version, grain, period_start, slice, member) as posts,
    dense_rank() over (order by kpi_id, definition_version, grain, period_start, slice, member) as cell
  from cell_lot
),
resampled as (
  -- fewer than five posts can hardly be resampled
  select l.cell, s.replicate, ratio(sum(s.engagements), sum(s.reach)) as rate
  from numbered_lot as l
  inner join resample as s on s.lot = l.lot
  where l.posts >= 5
  group by l.cell, s.replicate
  having sum(s.reach) > 0
),
placed as (
  select
    cell, rate, row_number() over (partition by cell order by rate, replicate) as place,
    count(*) over (partition by cell) as resamples,
    floor(ratio(25 * (count(*) over (partition by cell) + 1), 1000)) as low_place
  from resampled
),
limited as (
  select
    cell, max(case when place = low_place then rate end) as ci_low,
    max(case when place = resamples + 1 - low_place then rate end) as ci_high
  from placed
  group by cell
  having max(low_place) >= 1
)
-- R. G. Newcombe, 1998, method 10: what the two limits differ by, added up as squares
select
  r.kpi_id, r.definition_version, c.grain, c.period_start, c.slice, c.member,
  c.difference - sqrt(c.b_below * c.b_below + c.a_above * c.a_above) as ci_low,
  c.difference + sqrt(c.b_above * c.b_above + c.a_below * c.a_below) as ci_high
from compared as c
inner join rule as r
  on r.interval_kind = 'newcombe_diff_95' and r.made_of = 'ab_test_difference / ab_test_base'
  and r.grain = c.grain and r.slice = c.slice
union all
-- percentiles of the rate over resampled posts: B. Efron, 1979
select distinct
  n.kpi_id, n.definition_version, n.grain, n.period_start, n.slice, n.member, l.ci_low, l.ci_high
from limited as l
inner join numbered_lot as n on n.cell = l.cell
