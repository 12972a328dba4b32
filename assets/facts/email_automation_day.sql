-- What automation e-mails counted between two mornings, on the day before the later one; falling counters are negative.
create table facts.email_automation_day (
  campaign_id         varchar not null comment 'id of the e-mail in Mailchimp',
  observed_on         date    not null comment 'business date of the later observation',
  day                 date    not null comment 'the day the growth counts on',
  is_readable         boolean not null comment 'it has a report; otherwise only the number sent is known',
  is_dated            boolean not null comment 'false for what had been counted before the e-mail was first seen',
  emails_sent         bigint  not null comment 'e-mails sent',
  hard_bounces        bigint           comment 'lasting delivery failures',
  soft_bounces        bigint           comment 'passing delivery failures',
  syntax_errors       bigint           comment 'addresses that could not be parsed',
  human_unique_opens  bigint           comment 'recipients with their first open outside privacy proxies',
  unique_clicks       bigint           comment 'recipients with their first click',
  unsubscribes        bigint           comment 'recipients who unsubscribed',
  load_id             bigint  not null comment 'the load the later observation came with',
  primary key (campaign_id, observed_on)
) as
with complete as (
  -- an observation that lacks a count is passed over: the next one holds its growth too
  select
    *,
    row_number() over (partition by campaign_id, is_readable order by observed_on) as place
  from staging.mailchimp_automation_day
  where emails_sent is not null
    and (not is_readable or (
      hard_bounces is not null and soft_bounces is not null and syntax_errors is not null
      and unique_clicks is not null and unsubscribes is not null))
),
step as (
  select
    n.*,
    -- an e-mail that was made the day before had counted nothing until then
    b.campaign_id is null and n.created_on >= cast(n.observed_on - 1 as date) as is_from_its_start,
    b.campaign_id is not null as has_before,
    b.emails_sent as emails_before,
    b.hard_bounces as hard_before,
    b.soft_bounces as soft_before,
    b.syntax_errors as syntax_before,
    b.human_unique_opens as human_before,
    b.unique_clicks as clicks_before,
    b.unsubscribes as unsubscribes_before
  from complete as n
  left join complete as b
    on b.campaign_id = n.campaign_id and b.is_readable = n.is_readable and b.place = n.place - 1
)
select
  campaign_id,
  observed_on,
  cast(observed_on - 1 as date) as day,
  is_readable,
  has_before or coalesce(is_from_its_start, false) as is_dated,
  emails_sent - coalesce(emails_before, 0) as emails_sent,
  hard_bounces - coalesce(hard_before, 0) as hard_bounces,
  soft_bounces - coalesce(soft_before, 0) as soft_bounces,
  syntax_errors - coalesce(syntax_before, 0) as syntax_errors,
  case when has_before then human_unique_opens - human_before else human_unique_opens end as human_unique_opens,
  unique_clicks - coalesce(clicks_before, 0) as unique_clicks,
  unsubscribes - coalesce(unsubscribes_before, 0) as unsubscribes,
  load_id
from step
