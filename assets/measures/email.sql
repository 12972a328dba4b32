-- Contributions to the e-mail rates: one row per campaign whose counts are complete, on its send day in the account zone,
-- and one per automation e-mail and morning, with what it had counted since the one before, as far as that has a date.
-- source: mailchimp
create table measures.email (
  day                   date    not null comment 'send day; of automations the last one on which the counts can have grown',
  row_key               varchar not null comment 'the campaign; of automations also the observation',
  load_id               bigint  not null comment 'the load the row came with',
  emails_sent           bigint  not null comment 'measure: e-mails sent',
  delivered             bigint  not null comment 'measure: sent minus bounces and syntax errors',
  human_unique_opens    bigint           comment 'measure: recipients with an open outside privacy proxies; NULL when not known',
  delivered_open_known  bigint           comment 'measure: delivered, of the sends where proxy opens are known apart',
  unique_clicks         bigint  not null comment 'measure: recipients who clicked',
  unsubscribes          bigint  not null comment 'measure: recipients who unsubscribed',
  bounces               bigint  not null comment 'measure: hard and soft bounces and syntax errors',
  primary key (row_key)
) as
with counted as (
  select
    send_day as day, campaign_id as row_key, load_id, emails_sent, hard_bounces + soft_bounces + syntax_errors as bounces,
    human_unique_opens, unique_clicks, unsubscribes
  from facts.email_send
  where delivered is not null and unique_clicks is not null and unsubscribes is not null
  union all
  select
    day, campaign_id || '|' || cast(observed_on as varchar) as row_key, load_id, emails_sent,
    hard_bounces + soft_bounces + syntax_errors as bounces, human_unique_opens, unique_clicks, unsubscribes
  from facts.email_automation_day
  where is_readable and is_dated
)
select
  day,
  row_key,
  load_id,
  emails_sent,
  emails_sent - bounces as delivered,
  human_unique_opens,
  case when human_unique_opens is not null then emails_sent - bounces end as delivered_open_known,
  unique_clicks,
  unsubscribes,
  bounces
from counted
