-- Visits that other websites sent, by day: own sites and payment pages send nobody.
create table facts.referral (
  day       date    not null comment 'session start day',
  referrer  varchar not null comment 'session source: the website that sent them',
  sessions  bigint  not null comment 'sessions of the channel Referral',
  load_id   bigint  not null comment 'the load the rows came with',
  primary key (day, referrer)
) as
select
  c.day,
  coalesce(nullif(c.source, ''), '(unknown)') as referrer,
  sum(c.sessions) as sessions,
  max(c.load_id) as load_id
from staging.ga4_campaign_day as c
where c.channel = 'Referral' and not exists (
  select 1 from reference.channel_exclusion as e where lower(c.source) like e.source_pattern escape '\'
)
group by c.day, coalesce(nullif(c.source, ''), '(unknown)')
