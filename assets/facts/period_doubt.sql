-- Periods of which a source lacks days, or about which it has doubts of its own.
create table facts.period_doubt (
  source         varchar not null comment 'the source',
  grain          varchar not null comment 'day, week, month, quarter or year',
  period_start   date    not null comment 'first day of the period',
  slice          varchar not null comment 'slice of which the answers are doubted; empty for every slice',
  measure        varchar not null comment 'the one measure that is doubted; empty for every measure of the source',
  missing_days   bigint  not null comment 'days of the period that lie between days that were read, and were not',
  sampled        bigint  not null comment 'days or months that the source sampled',
  thresholded    bigint  not null comment 'days or months in which it left out small rows',
  merged         bigint  not null comment 'days or months in which it merged rare rows',
  truncated      bigint  not null comment 'days or months of which it no longer has everything, or posts that nobody looked at in time',
  proxy_share    decimal(18, 6)          comment 'share of the opens that mail proxies made, where it lowers the trust',
  caution        varchar          comment 'what else lowers the trust, in words',
  primary key (source, grain, period_start, slice, measure)
) as
with read_day as (
  select
    case object when 'ga4.campaign_day' then 'ga4_campaign' when 'ga4.funnel_day' then 'ga4_event' else 'ga4' end
      as source,
    cast(try_strptime(part, '%Y-%m-%d') as date) as day
  from meta.current_part
  where object in ('ga4.channel_day', 'ga4.campaign_day', 'ga4.funnel_day')
),
reach as (
  select r.source, min(v.first_day) as first_day, max(r.day) as last_day
  from read_day as r
  cross join (select min(day) as first_day from staging.ga4_channel_day) as v
  group by r.source
),
missing as (
  select r.source, c.day
  from reference.calendar as c
  inner join reach as r on c.day between r.first_day and r.last_day
  left join read_day as d on d.day = c.day and d.source = r.source
  where d.day is null
),
doubted as (
  select
    case report when 'campaign_day' then 'ga4_campaign' when 'funnel_day' then 'ga4_event' else 'ga4' end as source,
    period_start as day,
    max(case when is_sampled then 1 else 0 end) as sampled,
    max(case when is_thresholded then 1 else 0 end) as thresholded,
    max(case when has_other_row then 1 else 0 end) as merged,
    max(case when is_truncated then 1 else 0 end) as truncated
  from staging.ga4_answer
  where report in ('channel_day', 'day_total', 'campaign_day', 'funnel_day')
    and (is_sampled or is_thresholded or has_other_row or is_truncated)
  group by case report when 'campaign_day' then 'ga4_campaign' when 'funnel_day' then 'ga4_event' else 'ga4' end,
    period_start
),
post_day as (
  -- organic posts that nobody looked at in time; those of the last days may still be
  select
    f.published_day as day,
    count(*) as posts,
    sum(case when f.has_figure then 0 else 1 end) as without_figure,
    sum(case when not f.has_figure and cast(f.published_day + 7 as date) < b.business_date then 1 else 0 end) as lost
  from facts.social_post as f
  cross join meta.business_date as b
  where not f.is_paid
  group by f.published_day
),
told_day as (
  select distinct platform, page, counted_day as day
  from staging.social_page
  where followers is not null
),
grown_day as (
  -- days of which some page is told, and was within the month before
  select distinct g.day
  from (
    select day, lag(day) over (partition by platform, page order by day) as day_before
    from told_day
  ) as g
  where date_diff('day', g.day_before, g.day) <= 31
),
opened as (
  select
    s.source, p.grain, p.period_start,
    sum(case when s.human_unique_opens is not null then s.unique_opens end) as opens,
    sum(case when s.unique_opens is not null then s.human_unique_opens end) as human_opens,
    max(case when s.human_unique_opens is null then 1 else 0 end) as is_untold
  from facts.email_send as s
  inner join reference.period as p on s.send_day between p.period_start and p.period_end
  where s.unique_opens is not null
  group by s.source, p.grain, p.period_start
),
jump as (
  -- method rule 28: report-level clicks have no bot-filtered twin, so a send is held against those of the 90 days before
  select s.source, s.campaign_id, s.send_day
  from facts.email_send as s
  inner join facts.email_send as b
    on b.tool = s.tool and b.sent_at < s.sent_at and b.send_day >= cast(s.send_day - 90 as date)
  where s.unique_clicks >= 20 and b.unique_clicks is not null and b.delivered > 0
  group by s.source, s.campaign_id, s.send_day, s.unique_clicks, s.delivered
  having count(*) >= 3 and s.unique_clicks * sum(b.delivered) > 3 * s.delivered * sum(b.unique_clicks)
),
email_doubt as (
  -- method rule 28: opens are made by proxies too, which hide the reader behind them
  select
    o.source, o.grain, o.period_start, m.measure,
    case when o.opens - o.human_opens > t.proxy_caution * o.opens then round(ratio(o.opens - o.human_opens, o.opens), 6) end
      as proxy_share,
    case when o.is_untold = 1 and m.measure = 'unique_opens' then 'opens by mail proxies are not told apart' end as caution
  from opened as o
  cross join reference.setting as t
  cross join (select 'unique_opens' as measure union all select 'human_unique_opens' as measure) as m
  union all
  select distinct
    s.source, p.grain, p.period_start, 'delivered' as measure, null as proxy_share,
    'sends of which nobody knows what was delivered are left out' as caution
  from facts.email_send as s
  inner join reference.period as p on s.send_day between p.period_start and p.period_end
  where s.delivered is null
  union all
  select distinct
    j.source, p.grain, p.period_start, m.measure, null as proxy_share,
    'a send has over 3 times the clicks of those before it, link scanners may have clicked' as caution
  from jump as j
  inner join reference.period as p on j.send_day between p.period_start and p.period_end
  cross join (select 'unique_clicks' as measure union all select 'clickers_tagged' as measure) as m
  union all
  -- months are of the growth history of a list, which tells of every unsubscribe
  select
    'mailchimp' as source, p.grain, p.period_start, 'list_unsubscribes' as measure, null as proxy_share,
    'unsubscribes from automations are in the months only' as caution
  from (select min(day) as first_day from staging.mailchimp_activity_day) as a
  cross join meta.business_date as b
  inner join reference.period as p
    on p.grain in ('day', 'week') and p.period_end >= a.first_day and p.period_start < b.business_date
),
counted as (
  select
    m.source, p.grain, p.period_start, '' as slice, '' as measure, count(*) as missing_days, 0 as sampled, 0 as thresholded,
    0 as merged, 0 as truncated, null as proxy_share, null as caution
  from missing as m
  inner join reference.period as p on m.day between p.period_start and p.period_end
  group by m.source, p.grain, p.period_start
  union all
  select
    d.source, p.grain, p.period_start, '' as slice, '' as measure, 0 as missing_days, sum(d.sampled) as sampled,
    sum(d.thresholded) as thresholded, sum(d.merged) as merged, sum(d.truncated) as truncated,
    null as proxy_share, null as caution
  from doubted as d
  inner join reference.period as p on d.day between p.period_start and p.period_end
  group by d.source, p.grain, p.period_start
  union all
  select
    'ga4_period' as source, grain, period_start, split_part(report, '/', 2) as slice, '' as measure,
    0 as missing_days,
    max(case when is_sampled then 1 else 0 end) as sampled,
    max(case when is_thresholded then 1 else 0 end) as thresholded,
    max(case when has_other_row then 1 else 0 end) as merged,
    max(case when is_truncated then 1 else 0 end) as truncated,
    null as proxy_share, null as caution
  from staging.ga4_answer
  where report like '%/%' and (is_sampled or is_thresholded or has_other_row or is_truncated)
  group by grain, period_start, split_part(report, '/', 2)
  union all
  -- a period of which no post has a figure is not known at all
  select
    'social_posts' as source, p.grain, p.period_start, '' as slice, '' as measure,
    case
      when sum(d.without_figure) = sum(d.posts) then max(date_diff('day', p.period_start, p.period_end)) + 1
      else 0
    end as missing_days,
    0 as sampled, 0 as thresholded, 0 as merged, sum(d.lost) as truncated, null as proxy_share, null as caution
  from post_day as d
  inner join reference.period as p on d.day between p.period_start and p.period_end
  group by p.grain, p.period_start
  having sum(d.without_figure) > 0
  union all
  -- a period without such a day is not known to have grown
  select
    'social_followers' as source, p.grain, p.period_start, '' as slice, '' as measure,
    max(date_diff('day', p.period_start, p.period_end)) + 1 as missing_days,
    0 as sampled, 0 as thresholded, 0 as merged, 0 as truncated, null as proxy_share, null as caution
  from reference.period as p
  cross join meta.business_date as b
  inner join (select min(day) as first_day from told_day) as t on p.period_end >= t.first_day
  left join grown_day as g on g.day between p.period_start and p.period_end
  where p.period_start < b.business_date
  group by p.grain, p.period_start
  having count(g.day) = 0
  union all
  select
    source, grain, period_start, '' as slice, measure, 0 as missing_days, 0 as sampled, 0 as thresholded, 0 as merged,
    0 as truncated, proxy_share, caution
  from email_doubt
  where coalesce(cast(proxy_share as varchar), caution) is not null
)
select
  source,
  grain,
  period_start,
  slice,
  measure,
  sum(missing_days) as missing_days,
  sum(sampled) as sampled,
  sum(thresholded) as thresholded,
  sum(merged) as merged,
  sum(truncated) as truncated,
  max(proxy_share) as proxy_share,
  max(caution) as caution
from counted
group by source, grain, period_start, slice, measure
