-- What the e-mail figures leave open: sends whose links name no campaign, and e-mails that cannot be read or dated.
-- source: mailchimp
create table measures.email_coverage (
  day                 date    not null comment 'send day; of automations the day before the observation',
  row_key             varchar not null comment 'the campaign; of automations also the observation',
  load_id             bigint  not null comment 'the load the row came with',
  email_sends         bigint           comment 'measure: campaigns sent',
  email_sends_tagged  bigint           comment 'measure: campaigns sent with UTM tracking; NULL of those without',
  emails_untagged     bigint           comment 'measure: e-mails of campaigns without UTM tracking; NULL of those with',
  emails_unreadable   bigint           comment 'measure: e-mails of journeys and automations without a report',
  emails_undated      bigint           comment 'measure: e-mails of automations before they were first seen; in no other measure',
  primary key (row_key)
) as
select
  send_day as day,
  campaign_id as row_key,
  load_id,
  1 as email_sends,
  case when utm_key is not null then 1 end as email_sends_tagged,
  case when utm_key is null then emails_sent end as emails_untagged,
  null as emails_unreadable,
  null as emails_undated
from facts.email_send
union all
-- Mailchimp reference §12, §13.12: publish the share of e-mails that the API lets be read
select
  day,
  campaign_id || '|' || cast(observed_on as varchar) as row_key,
  load_id,
  null as email_sends,
  null as email_sends_tagged,
  null as emails_untagged,
  case when not is_readable and is_dated then emails_sent end as emails_unreadable,
  case when not is_dated then emails_sent end as emails_undated
from facts.email_automation_day
where not (is_readable and is_dated)
