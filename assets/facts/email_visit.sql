-- The website sessions that e-mail campaigns brought, by day: joined by the campaign name in the links, each session once.
create table facts.email_visit (
  campaign_id  varchar        not null comment 'id of the campaign in Mailchimp',
  day          date           not null comment 'session start day, at most 30 days after the send',
  sessions     bigint         not null comment 'sessions that began',
  purchases    bigint         not null comment 'web shop purchases in them',
  key_events   decimal(18, 6) not null comment 'key events in them, fractional under data-driven attribution',
  load_id      bigint         not null comment 'the load the sessions came with',
  primary key (campaign_id, day)
) as
with visit as (
  -- Mailchimp reference §9: utm_source varies by account, so only medium and campaign are looked at
  select
    day, utm_key, sum(sessions) as sessions, sum(purchases) as purchases, sum(key_events) as key_events,
    max(load_id) as load_id
  from staging.ga4_campaign_day
  where medium = 'email' and utm_key <> ''
  group by day, utm_key
),
claimed as (
  -- names repeat over time: of the sends whose window holds the day the newest gets the sessions
  select
    s.campaign_id, v.day, v.sessions, v.purchases, v.key_events, v.load_id,
    row_number() over (partition by v.day, v.utm_key order by s.sent_at desc, s.campaign_id desc) as place
  from visit as v
  inner join facts.email_send as s
    on s.utm_key = v.utm_key and v.day between s.send_day and cast(s.send_day + 30 as date)
)
select campaign_id, day, sessions, purchases, key_events, load_id
from claimed
where place = 1
