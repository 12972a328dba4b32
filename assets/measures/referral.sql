-- Contributions to referral traffic: one row per day and website that sent visitors.
-- source: ga4_campaign
create table measures.referral (
  day                date    not null comment 'session start day',
  row_key            varchar not null comment 'day and referrer',
  load_id            bigint  not null comment 'the load the row came with',
  referrer           varchar not null comment 'slice: the website that sent them',
  referral_sessions  bigint  not null comment 'measure: sessions of the channel Referral',
  primary key (row_key)
) as
select day, cast(day as varchar) || '|' || referrer as row_key, load_id, referrer, sessions as referral_sessions
from facts.referral
