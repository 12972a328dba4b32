-- What GA4 said about its own answers, by report and day or month.
create table staging.ga4_answer (
  report          varchar not null comment 'report of the request',
  grain           varchar not null comment 'day or month',
  period_start    date    not null comment 'the day, or the first day of the month',
  is_sampled      boolean not null comment 'GA4 counted a sample of the events',
  is_thresholded  boolean not null comment 'GA4 may have left out small rows',
  has_other_row   boolean not null comment 'GA4 merged rare rows into (other)',
  load_id         bigint  not null comment 'the load the row came with',
  primary key (report, grain, period_start)
) as
select
  r.report,
  case when length(r.period) = 7 then 'month' else 'day' end as grain,
  cast(try_strptime(case when length(r.period) = 7 then r.period || '-01' else r.period end, '%Y-%m-%d') as date)
    as period_start,
  r.is_sampled,
  r.is_thresholded,
  r.has_other_row,
  r.load_id
from raw.ga4_answer as r
inner join meta.current_part as p on p.object = 'ga4.answer' and p.part = r.part and p.load_id = r.load_id
