-- What GA4 said about its own answers, by report and period.
create table staging.ga4_answer (
  report          varchar not null comment 'daily report, or grain, slice and form of a derived one',
  grain           varchar not null comment 'day, week, month, quarter or year',
  period_start    date    not null comment 'first day of the period',
  is_sampled      boolean not null comment 'GA4 counted a sample of the events',
  is_thresholded  boolean not null comment 'GA4 may have left out small rows',
  has_other_row   boolean not null comment 'GA4 merged rare rows into (other)',
  is_truncated    boolean not null comment 'GA4 no longer has all of the days',
  asked           varchar          comment 'hash of what a derived report was asked for; NULL of daily reports',
  load_id         bigint  not null comment 'the load the row came with',
  primary key (report, grain, period_start)
) as
select
  r.report,
  case
    when r.report like '%/%' then split_part(r.report, '/', 1)
    when length(r.period) = 7 then 'month'
    else 'day'
  end as grain,
  cast(try_strptime(case when length(r.period) = 7 then r.period || '-01' else r.period end, '%Y-%m-%d') as date)
    as period_start,
  r.is_sampled,
  r.is_thresholded,
  r.has_other_row,
  coalesce(r.is_truncated, false) as is_truncated,
  r.asked,
  r.load_id
from raw.ga4_answer as r
inner join meta.current_part as p on p.object = 'ga4.answer' and p.part = r.part and p.load_id = r.load_id
