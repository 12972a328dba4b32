-- What every definition gives: the figures of marts.kpi_value, and in the month in which a version begins the old one's too.
create table marts.kpi_figure (
  kpi_id              varchar        not null comment 'id of the KPI, see reference.kpi',
  definition_version  integer        not null comment 'version of the definition that it is counted by',
  grain               varchar        not null comment 'day, week, month, quarter or year',
  period_start        date           not null comment 'first day of the period; weeks begin on Monday',
  slice               varchar        not null comment 'what the members divide: total, channel, device, campaign and so on',
  member              varchar        not null comment 'value of the slice; empty for total',
  is_valid            boolean        not null comment 'the figure of the period; false where it only serves to compare two versions',
  numerator           decimal(38, 6)          comment 'figure above the line; the value itself for counts and sums',
  denominator         decimal(38, 6)          comment 'figure below the line; NULL for counts and sums',
  value               double                  comment 'numerator / denominator; NULL when unknown or divided by 0, see status_reason',
  unit                varchar        not null comment 'count, ratio (a fraction), EUR, days, position, score and so on',
  interval_kind       varchar                 comment 'kind of the 95 % interval; NULL when there is none',
  status              varchar        not null comment 'final, provisional, immature, no_source, not_available or withheld',
  status_reason       varchar                 comment 'why it is not final, or why there is no value',
  trust               varchar        not null comment 'ok, caution or bad',
  trust_reason        varchar                 comment 'what lowers the trust',
  primary key (kpi_id, definition_version, grain, period_start, slice, member)
) as
with slowest as (
  -- a measure settles with the last of its sources
  select m.measure, m.source, m.last_day, m.maturity_days, m.settled_until, m.age, s.is_file
  from facts.measure_reach as m
  inner join reference.source as s on s.source = m.source
  where m.place = 1
),
neighbour as (
  -- a version and the one before or after it, with the month that both count
  select n.kpi_id, n.definition_version, o.definition_version as other_version, n.valid_from as month
  from reference.kpi_definition as n
  inner join reference.kpi_definition as o
    on o.kpi_id = n.kpi_id and o.definition_version = n.definition_version - 1
  union all
  select o.kpi_id, o.definition_version, n.definition_version as other_version, n.valid_from as month
  from reference.kpi_definition as n
  inner join reference.kpi_definition as o
    on o.kpi_id = n.kpi_id and o.definition_version = n.definition_version - 1
),
first_known_day as (
  -- a survey of years ago says nothing of the other sources
  select coalesce(min(case when source <> 'metrics' then first_day end), min(first_day)) as day
  from staging.source_coverage
),
unread as (
  -- days that lie between days that were read, and were not: of the worst source
  select r.kpi_id, r.definition_version, r.grain, r.slice, d.period_start, max(d.missing_days) as missing_days
  from facts.kpi_rule as r
  inner join facts.measure_reach as m on m.measure in (r.numerator_measure, r.denominator_measure)
  inner join facts.period_doubt as d
    on d.source = m.source and d.grain = r.grain and d.measure in ('', m.measure) and d.missing_days > 0
    -- users by event come with the answers of the total
    and d.slice in ('', case when r.slice = 'event_name' then 'total' else r.slice end)
  group by r.kpi_id, r.definition_version, r.grain, r.slice, d.period_start
),
spine as (
  select r.kpi_id, r.definition_version, r.grain, p.period_start, 'total' as slice, '' as member
  from facts.kpi_rule as r
  inner join facts.measure_span as n on n.measure = r.numerator_measure
  left join facts.measure_span as d on d.measure = r.denominator_measure
  cross join first_known_day as f
  cross join meta.business_date as b
  inner join reference.period as p
    on p.grain = r.grain and p.period_start < b.business_date
    and p.period_start >= r.valid_from and p.period_start < r.counted_until
    and p.period_end >= coalesce(least(n.first_day, d.first_day), n.first_day, d.first_day, f.day)
  where r.slice = 'total'
),
numerator as (
  select r.kpi_id, r.definition_version, p.grain, p.period_start, p.slice, p.member, p.value, p.unpriced_rows
  from facts.kpi_rule as r
  inner join marts.kpi_part as p
    on p.measure = r.numerator_measure and p.grain = r.grain and p.slice = r.slice
    and p.period_start >= r.valid_from and p.period_start < r.counted_until
),
denominator as (
  select
    r.kpi_id, r.definition_version, p.grain, p.period_start, r.slice, p.member, p.value, p.unpriced_rows,
    r.denominator_slice
  from facts.kpi_rule as r
  inner join marts.kpi_part as p
    on p.measure = r.denominator_measure and p.grain = r.grain and p.slice = coalesce(r.denominator_slice, r.slice)
    and p.period_start >= r.valid_from and p.period_start < r.counted_until
),
own_cell as (
  select kpi_id, definition_version, grain, period_start, slice, member from spine
  union
  select kpi_id, definition_version, grain, period_start, slice, member from numerator
  union
  select kpi_id, definition_version, grain, period_start, slice, member from denominator where denominator_slice is null
),
cell as (
  select kpi_id, definition_version, grain, period_start, slice, member from own_cell
  union
  -- a member that only one of two versions has is nothing, or unknown, under the other
  select o.kpi_id, n.definition_version, o.grain, o.period_start, o.slice, o.member
  from neighbour as n
  inner join own_cell as o
    on o.kpi_id = n.kpi_id and o.definition_version = n.other_version and o.grain = 'month' and o.period_start = n.month
),
gap as (
  -- what a measure of a KPI leaves out, of a cell
  select
    r.kpi_id, r.definition_version, m.grain, m.period_start, m.slice, m.member,
    max(cast(round(m.value, 0) as bigint)) as missing, max(cast(round(w.value, 0) as bigint)) as whole,
    max(g.words) as words
  from facts.kpi_rule as r
  inner join reference.measure_gap as g on g.measure in (r.numerator_measure, r.denominator_measure)
  inner join marts.kpi_part as m
    on m.measure = g.missing_measure and m.grain = r.grain and m.slice = r.slice and m.value > 0
  inner join marts.kpi_part as w
    on w.measure = g.whole_measure and w.grain = m.grain and w.period_start = m.period_start and w.slice = m.slice
    and w.member = m.member
  group by r.kpi_id, r.definition_version, m.grain, m.period_start, m.slice, m.member
),
known as (
  select
    c.kpi_id, c.definition_version, c.grain, c.period_start, p.period_end, c.slice, c.member,
    r.unit, r.denominator_measure, r.interval_kind, r.window_days, r.missing_stages, r.is_supplied,
    c.period_start < r.valid_to and (
      c.slice = 'total' or n.kpi_id is not null or (d.kpi_id is not null and r.denominator_slice is null)
    ) as is_valid,
    case
      when ns.first_day is null or ns.first_day > p.period_end or ns.last_day < c.period_start then null
      when u.missing_days > date_diff('day', c.period_start, p.period_end) then null
      -- method rule 18: money per something is not 0 where no money is known of the member
      when n.kpi_id is null and r.unit = 'EUR' and r.denominator_measure is not null and c.slice <> 'total' then null
      when n.kpi_id is null and ns.is_additive then 0
      else n.value
    end as numerator,
    case
      when r.denominator_measure is null then null
      when ds.first_day is null or ds.first_day > p.period_end or ds.last_day < c.period_start then null
      when u.missing_days > date_diff('day', c.period_start, p.period_end) then null
      when d.kpi_id is null and ds.is_additive then 0
      else d.value
    end as denominator,
    n.kpi_id is null and r.unit = 'EUR' and r.denominator_measure is not null and c.slice <> 'total' as is_without_amount,
    coalesce(n.unpriced_rows, 0) + coalesce(d.unpriced_rows, 0) as unpriced_rows,
    (n.kpi_id is not null and n.value is null and n.unpriced_rows = 0)
      or (d.kpi_id is not null and d.value is null and d.unpriced_rows = 0) as is_untold,
    case
      when not ns.is_enabled or not coalesce(ds.is_enabled, true) then 1
      when ns.first_day is null and nw.is_file then 1
      when r.denominator_measure is not null and ds.first_day is null and dw.is_file then 1
      else 0
    end as has_no_source,
    case when dw.settled_until < nw.settled_until then dw.source else nw.source end as slowest_source,
    case when dw.settled_until < nw.settled_until then dw.age else nw.age end as slowest_age,
    case when dw.settled_until < nw.settled_until then dw.maturity_days else nw.maturity_days end as slowest_maturity,
    least(nw.settled_until, coalesce(dw.settled_until, nw.settled_until)) as settled_until,
    -- what the window lets count falls after the period, and settles with its last day
    date_diff('day', p.period_end, nw.settled_until) < r.window_days as is_window_unsettled,
    nw.source as numerator_source,
    nw.maturity_days as numerator_maturity,
    least(nw.last_day, coalesce(dw.last_day, nw.last_day)) as last_day,
    case when dw.last_day < nw.last_day then dw.source else nw.source end as shortest_source,
    least(b.business_date, cast(least(nw.last_day, coalesce(dw.last_day, nw.last_day)) + 1 as date)) as read_until,
    b.business_date,
    coalesce(u.missing_days, 0) as missing_days,
    -- what is counted per period is counted once the window is over
    r.window_days is not null and not ns.is_additive and n.kpi_id is null
      and date_diff('day', p.period_end, b.business_date) <= r.window_days as is_uncounted,
    cast(o.missing as varchar) || ' of ' || cast(o.whole as varchar) || ' ' || o.words as gap,
    w.level as doubt_level,
    w.words as doubt
  from cell as c
  inner join facts.kpi_rule as r
    on r.kpi_id = c.kpi_id and r.definition_version = c.definition_version and r.grain = c.grain and r.slice = c.slice
  inner join reference.period as p on p.grain = c.grain and p.period_start = c.period_start
  inner join facts.measure_span as ns on ns.measure = r.numerator_measure
  inner join slowest as nw on nw.measure = r.numerator_measure
  left join facts.measure_span as ds on ds.measure = r.denominator_measure
  left join slowest as dw on dw.measure = r.denominator_measure
  left join numerator as n
    on n.kpi_id = c.kpi_id and n.definition_version = c.definition_version and n.grain = c.grain
    and n.period_start = c.period_start and n.slice = c.slice and n.member = c.member
  left join denominator as d
    on d.kpi_id = c.kpi_id and d.definition_version = c.definition_version and d.grain = c.grain
    and d.period_start = c.period_start and d.slice = c.slice
    and d.member = case when r.denominator_slice = 'total' then '' else c.member end
  left join unread as u
    on u.kpi_id = c.kpi_id and u.definition_version = c.definition_version and u.grain = c.grain and u.slice = c.slice
    and u.period_start = c.period_start
  left join marts.trust_signal as w
    on w.kpi_id = c.kpi_id and w.definition_version = c.definition_version and w.grain = c.grain and w.slice = c.slice
    and w.period_start = c.period_start and w.place = 1
  left join gap as o
    on o.kpi_id = c.kpi_id and o.definition_version = c.definition_version and o.grain = c.grain
    and o.period_start = c.period_start and o.slice = c.slice and o.member = c.member
  cross join meta.business_date as b
),
held_back as (
  -- of what a source held back a count is told when it is known, and a rate when it can be one
  select kpi_id, definition_version, grain, period_start, slice, member
  from known
  where member = '(withheld)' and (
    numerator is null
    or (denominator_measure is not null and (denominator is null or numerator < 0 or numerator > denominator))
  )
),
judged as (
  select
    k.kpi_id, k.definition_version, k.grain, k.period_start, k.slice, k.member, k.is_valid, k.unit, k.interval_kind,
    k.denominator_measure,
    case
      when k.has_no_source = 1 or k.unpriced_rows > 0 or k.missing_stages is not null or h.kpi_id is not null then null
      else k.numerator
    end as numerator,
    case
      when k.has_no_source = 1 or k.unpriced_rows > 0 or k.missing_stages is not null or h.kpi_id is not null then null
      else k.denominator
    end as denominator,
    case
      when k.has_no_source = 1 then 'no_source'
      when k.missing_stages is not null or k.unpriced_rows > 0 then 'not_available'
      when h.kpi_id is not null then 'withheld'
      when k.numerator is null or (k.denominator_measure is not null and k.denominator is null) then
        case
          when k.last_day < k.period_start then 'provisional'
          when k.is_uncounted then 'immature'
          else 'not_available'
        end
      when k.window_days is not null and date_diff('day', k.period_end, k.read_until) <= k.window_days then 'immature'
      when k.period_end >= k.business_date or k.last_day < k.period_end or k.settled_until < k.period_end
        or k.missing_days > 0 or k.is_window_unsettled
        then 'provisional'
      else 'final'
    end as status,
    case
      when k.has_no_source = 1 then 'no source is configured or was ever loaded'
      when k.missing_stages is not null then 'the company does not use the stage ' || k.missing_stages
      when k.unpriced_rows > 0
        then cast(k.unpriced_rows as varchar) || ' rows without an exchange rate: load the missing rates'
      when h.kpi_id is not null
        then k.numerator_source || ' does not tell of these members'
      when k.numerator is null or (k.denominator_measure is not null and k.denominator is null) then
        case
          when k.last_day < k.period_start
            then k.shortest_source || ' is read up to ' || cast(k.last_day as varchar) || coalesce('; ' || k.slowest_age, '')
          when k.is_uncounted
            then 'the window of ' || cast(k.window_days as varchar) || ' days is not over for every member'
          when k.is_without_amount then 'no amount is known of it'
          when k.is_untold and k.unit = 'position' then 'it was looked for and not found'
          when k.is_untold then 'the source does not tell it for this period'
          else 'not loaded or not asked for in this period'
        end
      when k.window_days is not null and date_diff('day', k.period_end, k.read_until) <= k.window_days
        and date_diff('day', k.period_end, k.business_date) > k.window_days
        then k.shortest_source || ' is read up to ' || cast(k.last_day as varchar)
      when k.window_days is not null and date_diff('day', k.period_end, k.read_until) <= k.window_days
        then 'the window of ' || cast(k.window_days as varchar) || ' days is not over for every member'
      when k.period_end >= k.business_date then 'the period is not over' || coalesce('; ' || k.slowest_age, '')
      when k.missing_days > 0 then cast(k.missing_days as varchar) || ' days of ga4 are missing'
      when k.last_day < k.period_end
        then k.shortest_source || ' is read up to ' || cast(k.last_day as varchar) || coalesce('; ' || k.slowest_age, '')
      when k.settled_until < k.period_end and k.slowest_age is not null then k.slowest_age
      when k.settled_until < k.period_end
        then k.slowest_source || ' may still change until ' || cast(k.slowest_maturity as varchar)
          || ' days after the period'
      when k.is_window_unsettled
        then k.numerator_source || ' may still change until ' || cast(k.numerator_maturity as varchar)
          || ' days after the window of ' || cast(k.window_days as varchar) || ' days'
    end as status_reason,
    k.doubt_level,
    coalesce(
      k.doubt, k.gap, case when k.is_supplied then 'handed in with the metrics file, for want of its own sources' end
    ) as doubt
  from known as k
  left join held_back as h
    on h.kpi_id = k.kpi_id and h.definition_version = k.definition_version and h.grain = k.grain
    and h.period_start = k.period_start and h.slice = k.slice and h.member = k.member
)
select
  j.kpi_id,
  j.definition_version,
  j.grain,
  j.period_start,
  j.slice,
  j.member,
  j.is_valid,
  j.numerator,
  j.denominator,
  case
    when j.denominator_measure is null then cast(j.numerator as double)
    -- a loss below the line would turn the sign of the whole
    when j.denominator >= 0 then ratio(j.numerator, j.denominator)
  end as value,
  j.unit,
  j.interval_kind,
  j.status,
  case
    when j.status in ('no_source', 'not_available', 'withheld') then j.status_reason
    when j.denominator <= 0 then 'no ' || replace(replace(j.denominator_measure, '_eur', ''), '_', ' ')
      || coalesce('; ' || j.status_reason, '')
    else j.status_reason
  end as status_reason,
  coalesce(j.doubt_level, case when j.doubt is not null then 'caution' else 'ok' end) as trust,
  j.doubt as trust_reason
from judged as j
where j.status <> 'no_source' or j.slice = 'total'
