-- The traffic measures by source, campaign and landing page, from the GA4 reports that divide by them. What such a report
-- does not tell of a day is (withheld), so that members sum to the total.
-- source: ga4
-- further slices: yes
-- asked of ga4: referral (referral_sessions)
create table measures.traffic_slice (
  day                  date    not null comment 'session start day; the first of the month for referral sessions',
  row_key              varchar not null comment 'report, day and members',
  load_id              bigint           comment 'the load the row came with; NULL of what is withheld',
  source_medium        varchar          comment 'slice: session source and medium',
  campaign             varchar          comment 'slice: session campaign name',
  landing_page         varchar          comment 'slice: page the session began on, without query',
  sessions             bigint           comment 'measure: sessions that began',
  bounced_sessions     bigint           comment 'measure: sessions that were not engaged',
  mobile_sessions      bigint           comment 'measure: sessions on a mobile phone',
  organic_sessions     bigint           comment 'measure: sessions of the channel Organic Search',
  page_views           bigint           comment 'measure: page and screen views',
  session_seconds      decimal(18, 6)   comment 'measure: length of the sessions in seconds',
  timed_sessions       bigint           comment 'measure: sessions whose length is known',
  landing_revenue_eur  decimal(18, 6)   comment 'measure: purchase revenue of the sessions, by the page they began on',
  referral_sessions    bigint           comment 'measure: sessions of the channel Referral, of websites that are not excluded',
  primary key (row_key)
) as
with told as (
  select
    'campaign' as report, day, channel || '|' || source || '|' || medium || '|' || campaign as members, load_id,
    coalesce(nullif(source, ''), '(unknown)') || ' / ' || coalesce(nullif(medium, ''), '(unknown)') as source_medium,
    coalesce(nullif(campaign, ''), '(unknown)') as campaign,
    cast(null as varchar) as landing_page,
    sessions, sessions - engaged_sessions as bounced_sessions, nullif(mobile_sessions, 0) as mobile_sessions, cast(null as bigint) as organic_sessions,
    page_views, session_seconds, timed_sessions, cast(null as decimal(18, 6)) as landing_revenue_eur,
    cast(null as bigint) as referral_sessions
  from staging.ga4_campaign_day
  union all
  select
    'landing' as report, day, landing_page as members, load_id, null as source_medium, null as campaign, landing_page,
    sessions, sessions - engaged_sessions as bounced_sessions, null as mobile_sessions, nullif(organic_sessions, 0) as organic_sessions,
    null as page_views, null as session_seconds, null as timed_sessions,
    nullif(purchase_revenue, 0) as landing_revenue_eur, null as referral_sessions
  from staging.ga4_landing_day
  union all
  select
    'referral' as report, p.period_start as day, p.member as members, max(p.load_id) as load_id,
    null as source_medium, null as campaign, p.member as landing_page, null as sessions, null as bounced_sessions,
    null as mobile_sessions, null as organic_sessions, null as page_views, null as session_seconds,
    null as timed_sessions, null as landing_revenue_eur, sum(p.sessions) as referral_sessions
  from staging.ga4_period as p
  where p.grain = 'month' and p.slice = 'landing_page' and p.form = 'referral' and not exists (
    select 1 from reference.channel_exclusion as e where lower(p.split_member) like e.source_pattern escape '\'
  )
  group by p.period_start, p.member
),
whole as (
  select
    r.report, c.day, sum(c.sessions) as sessions, sum(c.sessions - c.engaged_sessions) as bounced_sessions,
    sum(case when r.report = 'campaign' then c.mobile_sessions end) as mobile_sessions,
    sum(case when r.report = 'landing' then c.organic_sessions end) as organic_sessions,
    sum(case when r.report = 'campaign' then c.page_views end) as page_views,
    sum(case when r.report = 'campaign' then c.session_seconds end) as session_seconds,
    sum(case when r.report = 'campaign' then c.timed_sessions end) as timed_sessions,
    cast(null as bigint) as referral_sessions
  from staging.ga4_channel_day as c
  cross join (select 'campaign' as report union all select 'landing' as report) as r
  group by r.report, c.day
  union all
  select
    'referral' as report, cast(date_trunc('month', day) as date) as day, null as sessions, null as bounced_sessions,
    null as mobile_sessions, null as organic_sessions, null as page_views, null as session_seconds,
    null as timed_sessions, sum(sessions) as referral_sessions
  from facts.referral
  group by cast(date_trunc('month', day) as date)
),
difference as (
  select
    report, day, sessions, bounced_sessions, mobile_sessions, organic_sessions, page_views, session_seconds,
    timed_sessions, referral_sessions
  from whole
  union all
  select
    report, day, -sessions as sessions, -bounced_sessions as bounced_sessions, -mobile_sessions as mobile_sessions,
    -organic_sessions as organic_sessions, -page_views as page_views, -session_seconds as session_seconds,
    -timed_sessions as timed_sessions, -referral_sessions as referral_sessions
  from told
),
withheld as (
  select
    report, day, nullif(sum(sessions), 0) as sessions, nullif(sum(bounced_sessions), 0) as bounced_sessions,
    nullif(sum(mobile_sessions), 0) as mobile_sessions, nullif(sum(organic_sessions), 0) as organic_sessions,
    nullif(sum(page_views), 0) as page_views, nullif(sum(session_seconds), 0) as session_seconds,
    nullif(sum(timed_sessions), 0) as timed_sessions, nullif(sum(referral_sessions), 0) as referral_sessions
  from difference
  group by report, day
)
select
  day, report || '|' || cast(day as varchar) || '|' || members as row_key, load_id, source_medium, campaign, landing_page,
  sessions, bounced_sessions, mobile_sessions, organic_sessions, page_views, session_seconds, timed_sessions,
  landing_revenue_eur, referral_sessions
from told
union all
select
  day, report || '|' || cast(day as varchar) || '|(withheld)' as row_key, null as load_id,
  case when report = 'campaign' then '(withheld)' end as source_medium,
  case when report = 'campaign' then '(withheld)' end as campaign,
  case when report <> 'campaign' then '(withheld)' end as landing_page,
  sessions, bounced_sessions, mobile_sessions, organic_sessions, page_views, session_seconds, timed_sessions,
  null as landing_revenue_eur, referral_sessions
from withheld
where coalesce(sessions, bounced_sessions, mobile_sessions, organic_sessions, page_views, timed_sessions,
  referral_sessions) is not null or session_seconds is not null
