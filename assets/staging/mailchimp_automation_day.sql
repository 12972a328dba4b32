-- What every automation e-mail had counted on each morning it was looked at: running totals, which can fall.
create table staging.mailchimp_automation_day (
  campaign_id         varchar not null comment 'id of the e-mail in Mailchimp',
  observed_on         date    not null comment 'business date of the observation',
  created_on          date             comment 'day on which the e-mail was made, in the account zone',
  is_readable         boolean not null comment 'it has a report; otherwise only the number sent is known',
  emails_sent         bigint           comment 'e-mails sent so far',
  hard_bounces        bigint           comment 'lasting delivery failures so far',
  soft_bounces        bigint           comment 'passing delivery failures so far',
  syntax_errors       bigint           comment 'addresses that could not be parsed so far',
  unique_opens        bigint           comment 'recipients with an open so far, privacy proxies included',
  human_unique_opens  bigint           comment 'recipients with an open outside privacy proxies so far',
  unique_clicks       bigint           comment 'recipients who clicked so far',
  unsubscribes        bigint           comment 'recipients who unsubscribed so far',
  complaints          bigint           comment 'spam complaints so far',
  forwards            bigint           comment 'uses of the forward link so far',
  load_id             bigint  not null comment 'the load the row came with',
  primary key (campaign_id, observed_on)
) as
select
  r.campaign_id,
  r.observed_on,
  r.created_on,
  r.is_readable,
  r.emails_sent,
  r.hard_bounces,
  r.soft_bounces,
  r.syntax_errors,
  r.unique_opens,
  r.human_unique_opens,
  r.unique_subscriber_clicks as unique_clicks,
  r.unsubscribed as unsubscribes,
  r.abuse_reports as complaints,
  r.forwards_count as forwards,
  r.load_id
from raw.mailchimp_automation_day as r
inner join meta.current_part as p
  on p.object = 'mailchimp.automation_day' and p.part = r.part and p.load_id = r.load_id
