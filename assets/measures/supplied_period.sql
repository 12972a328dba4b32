-- Figures that were handed in, by period: for KPIs that have no other source, and for those whose sources never came.
-- source: metrics
-- measures: supplied_exits, supplied_exit_rate, supplied_exit_rate_base, supplied_heatmap_movements, supplied_brand_awareness, supplied_brand_awareness_base, supplied_customer_satisfaction, supplied_customer_satisfaction_base, supplied_sustainability_goal, supplied_social_responsibility_goal, supplied_employee_retention, supplied_employee_retention_base, supplied_financial_performance
-- adds up: supplied_exits, supplied_heatmap_movements, supplied_financial_performance
-- grains: every (total, page, segment, wave)
-- kept: by every measure
create table measures.supplied_period (
  measure       varchar        not null comment 'name of the measure: supplied_ and the id it was handed in under',
  grain         varchar        not null comment 'day, week, month, quarter or year',
  period_start  date           not null comment 'first day of the period',
  slice         varchar        not null comment 'total, or what the members divide',
  member        varchar        not null comment 'value of the slice; empty for total',
  value         decimal(38, 6) not null comment 'sum of the figures of the period, or the last one',
  primary key (measure, grain, period_start, slice, member)
) as
with dated as (
  select
    f.measure, p.grain, p.period_start, f.slice, f.member, f.value, f.roll_up,
    row_number() over (
      partition by f.measure, p.grain, p.period_start, f.slice, f.member order by f.day desc
    ) as place
  from facts.supplied_figure as f
  inner join reference.period as p on f.day between p.period_start and p.period_end
  where f.roll_up <> 'month' or p.grain = 'month'
)
select measure, grain, period_start, slice, member, sum(value) as value
from dated
where roll_up = 'sum' or place = 1
group by measure, grain, period_start, slice, member
