-- What each GA4 report that divides the sessions holds of a day: rows, keys and sessions, and what GA4 merged into (other).
create table staging.ga4_report_day (
  report          varchar not null comment 'report that divides the sessions of a day',
  day             date    not null comment 'day in the property zone',
  rows_received   bigint  not null comment 'rows of the day',
  distinct_keys   bigint  not null comment 'distinct combinations of the dimensions; as many as rows',
  sessions        bigint  not null comment 'sum of the sessions',
  other_sessions  bigint  not null comment 'of these, sessions of rows that GA4 merged into (other)',
  load_id         bigint  not null comment 'the load that the rows came with',
  primary key (report, day)
) as
with divided as (
  select
    'channel_day' as report, r.part, r.load_id, r.sessions,
    r.session_default_channel_group || '|' || r.device_category as key_text,
    r.session_default_channel_group = '(other)' or r.device_category = '(other)' as is_other
  from raw.ga4_channel_day as r
  union all
  select
    'campaign_day' as report, r.part, r.load_id, r.sessions,
    r.session_default_channel_group || '|' || r.session_source || '|' || r.session_medium || '|'
      || r.session_campaign_id || '|' || r.session_campaign_name || '|' || r.session_manual_ad_content
      || '|' || coalesce(r.device_category, '') as key_text,
    r.session_default_channel_group = '(other)' or r.session_source = '(other)' or r.session_medium = '(other)'
      or r.session_campaign_id = '(other)' or r.session_campaign_name = '(other)'
      or r.session_manual_ad_content = '(other)' or coalesce(r.device_category, '') = '(other)' as is_other
  from raw.ga4_campaign_day as r
  union all
  select
    'landing_day' as report, r.part, r.load_id, r.sessions,
    r.landing_page || '|' || r.session_default_channel_group || '|' || r.device_category as key_text,
    r.landing_page = '(other)' or r.session_default_channel_group = '(other)' or r.device_category = '(other)'
      as is_other
  from raw.ga4_landing_day as r
)
select
  d.report,
  cast(try_strptime(d.part, '%Y-%m-%d') as date) as day,
  count(*) as rows_received,
  count(distinct d.key_text) as distinct_keys,
  sum(d.sessions) as sessions,
  sum(case when d.is_other then d.sessions else 0 end) as other_sessions,
  max(d.load_id) as load_id
from divided as d
inner join meta.current_part as p on p.object = 'ga4.' || d.report and p.part = d.part and p.load_id = d.load_id
where try_strptime(d.part, '%Y-%m-%d') is not null
group by d.report, d.part
