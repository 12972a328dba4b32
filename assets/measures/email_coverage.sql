-- What the e-mail figures leave open: sends whose links name no campaign, and e-mails that cannot be read, dated or counted.
-- source: mailchimp or email_campaign
-- source of emails_unreadable, emails_undated, emails_month_only, automations_uncounted: mailchimp
create table measures.email_coverage (
  day                    date    not null comment 'send day; of automations the day before the observation',
  row_key                varchar not null comment 'the campaign; of automations also the observation',
  load_id                bigint  not null comment 'the load the row came with',
  email_sends            bigint           comment 'measure: campaigns sent',
  email_sends_tagged     bigint           comment 'measure: campaigns sent with UTM tracking; NULL of those without',
  emails_untagged        bigint           comment 'measure: e-mails of campaigns without UTM tracking; NULL of those with',
  emails_unreadable      bigint           comment 'measure: e-mails of journeys and automations without a complete report',
  emails_undated         bigint           comment 'measure: e-mails of automations that may be of more than one month; in no other measure',
  emails_month_only      bigint           comment 'measure: e-mails of automations whose month is known but not their day',
  automations_uncounted  bigint           comment 'measure: automations and journeys whose number of e-mails is unknown, each once, since that day',
  primary key (row_key)
) as
with last_counted as (
  select campaign_id, max(observed_on) as observed_on
  from staging.mailchimp_automation_day
  where emails_sent is not null
  group by campaign_id
),
uncounted as (
  select a.campaign_id, min(a.observed_on) as observed_on, min(a.load_id) as load_id
  from staging.mailchimp_automation_day as a
  left join last_counted as l on l.campaign_id = a.campaign_id
  where l.campaign_id is null or a.observed_on > l.observed_on
  group by a.campaign_id
)
select
  send_day as day,
  campaign_id as row_key,
  load_id,
  1 as email_sends,
  case when utm_key is not null then 1 end as email_sends_tagged,
  case when utm_key is null then emails_sent end as emails_untagged,
  null as emails_unreadable,
  null as emails_undated,
  null as emails_month_only,
  null as automations_uncounted
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
  case when is_dated and not is_readable then emails_sent end as emails_unreadable,
  case when not is_dated then emails_sent end as emails_undated,
  case when is_dated and not is_day_known then emails_sent end as emails_month_only,
  null as automations_uncounted
from facts.email_automation_day
where not (is_readable and is_day_known)
union all
select
  cast(observed_on - 1 as date) as day,
  campaign_id || '|' || cast(observed_on as varchar) as row_key,
  load_id,
  null as email_sends,
  null as email_sends_tagged,
  null as emails_untagged,
  null as emails_unreadable,
  null as emails_undated,
  null as emails_month_only,
  1 as automations_uncounted
from uncounted
