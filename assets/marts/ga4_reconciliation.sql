-- Every day of every GA4 report that divides the sessions, held against the day total that GA4 gave without dividing.
-- publish: yes
-- snapshot: month
create table marts.ga4_reconciliation (
  day                 date    not null comment 'day in the property zone',
  report              varchar not null comment 'report that divides the sessions',
  month               date    not null comment 'first day of the month of the day',
  rows_received       bigint  not null comment 'rows of the day; 0 when GA4 had none',
  distinct_keys       bigint  not null comment 'distinct combinations of the dimensions',
  sessions            bigint  not null comment 'sum of the sessions of the report',
  day_total_sessions  bigint           comment 'sessions of the day without dividing; NULL when they were not read',
  gap_sessions        bigint           comment 'day total minus the sum of the report',
  gap_share           double           comment 'gap as a share of the day total; GA4 estimates sessions, so about 1 % is normal',
  withheld_sessions   bigint           comment 'the gap where GA4 said that it left out small rows: they belong to no member',
  other_sessions      bigint  not null comment 'sessions of rows that GA4 merged into (other)',
  other_share         double           comment 'those as a share of the sessions of the report',
  is_sampled          boolean not null comment 'GA4 counted a sample of the events',
  is_thresholded      boolean not null comment 'GA4 said that it may have left out small rows',
  refused_reason      varchar          comment 'why what GA4 sent last was refused; NULL when it counts',
  refused_load_id     bigint           comment 'the refused load, for kpi accept or kpi retract',
  primary key (day, report)
) as
with refused as (
  select
    substr(object, 5) as report, cast(try_strptime(part, '%Y-%m-%d') as date) as day, reason, load_id
  from meta.refused_part
  where object in ('ga4.channel_day', 'ga4.campaign_day', 'ga4.landing_day')
    and try_strptime(part, '%Y-%m-%d') is not null
),
read_day as (
  select report, day from staging.ga4_report_day
  union
  select report, day from refused
  union
  -- a day of which nothing came is held against its total too
  select r.report, t.day
  from staging.ga4_day_total as t
  cross join (select distinct report from staging.ga4_report_day) as r
  where t.sessions > 0
)
select
  d.day,
  d.report,
  cast(date_trunc('month', d.day) as date) as month,
  coalesce(r.rows_received, 0) as rows_received,
  coalesce(r.distinct_keys, 0) as distinct_keys,
  coalesce(r.sessions, 0) as sessions,
  t.sessions as day_total_sessions,
  t.sessions - coalesce(r.sessions, 0) as gap_sessions,
  ratio(t.sessions - coalesce(r.sessions, 0), t.sessions) as gap_share,
  case
    when a.is_thresholded and t.sessions > coalesce(r.sessions, 0) then t.sessions - coalesce(r.sessions, 0)
    when t.sessions is not null and a.report is not null then 0
  end as withheld_sessions,
  coalesce(r.other_sessions, 0) as other_sessions,
  ratio(coalesce(r.other_sessions, 0), r.sessions) as other_share,
  coalesce(a.is_sampled, false) as is_sampled,
  coalesce(a.is_thresholded, false) as is_thresholded,
  f.reason as refused_reason,
  f.load_id as refused_load_id
from read_day as d
left join staging.ga4_report_day as r on r.report = d.report and r.day = d.day
left join staging.ga4_day_total as t on t.day = d.day
left join staging.ga4_answer as a on a.report = d.report and a.grain = 'day' and a.period_start = d.day
left join refused as f on f.report = d.report and f.day = d.day
