-- Sessions by day and the page they began on, as GA4 reports them now.
create table staging.ga4_landing_day (
  day               date           not null comment 'session start day in the property zone',
  landing_page      varchar        not null comment 'page the session began on, without query; (unknown) when empty',
  sessions          bigint         not null comment 'sessions that began',
  engaged_sessions  bigint         not null comment 'sessions of over 10 seconds, with a key event or two page views',
  organic_sessions  bigint         not null comment 'sessions of the channel Organic Search',
  purchase_revenue  decimal(18, 6) not null comment 'purchase revenue of these sessions, EUR',
  load_id           bigint         not null comment 'the load the row came with',
  primary key (day, landing_page)
) as
select
  cast(try_strptime(r.part, '%Y-%m-%d') as date) as day,
  coalesce(nullif(r.landing_page, ''), '(unknown)') as landing_page,
  sum(r.sessions) as sessions,
  sum(r.engaged_sessions) as engaged_sessions,
  sum(case when r.session_default_channel_group = 'Organic Search' then r.sessions else 0 end) as organic_sessions,
  sum(cast(r.purchase_revenue as decimal(18, 6))) as purchase_revenue,
  max(r.load_id) as load_id
from raw.ga4_landing_day as r
inner join meta.current_part as p on p.object = 'ga4.landing_day' and p.part = r.part and p.load_id = r.load_id
where try_strptime(r.part, '%Y-%m-%d') is not null
group by r.part, coalesce(nullif(r.landing_page, ''), '(unknown)')
