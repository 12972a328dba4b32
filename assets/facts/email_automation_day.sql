-- What automation e-mails counted between two mornings, dated where the days between lie in one month: on the last of
-- them. Falling counters are negative.
create table facts.email_automation_day (
  campaign_id         varchar not null comment 'id of the e-mail in Mailchimp',
  observed_on         date    not null comment 'business date of the later observation',
  day                 date    not null comment 'the day before the later observation: the last one the growth can belong to',
  is_readable         boolean not null comment 'every count is known on both mornings; otherwise only the number sent is',
  is_dated            boolean not null comment 'all days the growth can belong to lie in the month of the day; otherwise it has no date',
  is_day_known        boolean not null comment 'it can belong to no other day',
  emails_sent         bigint  not null comment 'e-mails sent',
  hard_bounces        bigint           comment 'lasting delivery failures',
  soft_bounces        bigint           comment 'passing delivery failures',
  syntax_errors       bigint           comment 'addresses that could not be parsed',
  unique_opens        bigint           comment 'recipients with their first open, privacy proxies included',
  human_unique_opens  bigint           comment 'recipients with their first open outside privacy proxies',
  unique_clicks       bigint           comment 'recipients with their first click',
  unsubscribes        bigint           comment 'recipients who unsubscribed',
  complaints          bigint           comment 'spam complaints',
  forwards            bigint           comment 'uses of the forward link',
  load_id             bigint  not null comment 'the load the later observation came with',
  primary key (campaign_id, observed_on)
) as
with observation as (
  select
    *,
    is_readable and hard_bounces is not null and soft_bounces is not null and syntax_errors is not null
      and unique_clicks is not null and unsubscribes is not null as is_whole
  from staging.mailchimp_automation_day
  where emails_sent is not null
),
whole_span as (
  select campaign_id, min(observed_on) as first_on, max(observed_on) as last_on
  from observation
  where is_whole
  group by campaign_id
),
counted as (
  -- a morning that lacks counts, between two that have them all, is passed over: the later one holds its growth too
  select o.*, row_number() over (partition by o.campaign_id order by o.observed_on) as place
  from observation as o
  left join whole_span as w on w.campaign_id = o.campaign_id
  where o.is_whole or w.campaign_id is null or o.observed_on < w.first_on or o.observed_on > w.last_on
),
step as (
  select
    n.*,
    cast(n.observed_on - 1 as date) as day,
    -- an e-mail had counted nothing before it was made
    coalesce(b.observed_on, n.created_on) as since,
    b.campaign_id is not null as has_before,
    n.is_whole and coalesce(b.is_whole, true) as is_known,
    b.emails_sent as emails_before,
    b.hard_bounces as hard_before,
    b.soft_bounces as soft_before,
    b.syntax_errors as syntax_before,
    b.unique_opens as opens_before,
    b.human_unique_opens as human_before,
    b.unique_clicks as clicks_before,
    b.unsubscribes as unsubscribes_before,
    b.complaints as complaints_before,
    b.forwards as forwards_before
  from counted as n
  left join counted as b on b.campaign_id = n.campaign_id and b.place = n.place - 1
)
select
  campaign_id,
  observed_on,
  day,
  is_known as is_readable,
  coalesce(since >= day or date_trunc('month', since) = date_trunc('month', day), false) as is_dated,
  coalesce(since >= day, false) as is_day_known,
  emails_sent - coalesce(emails_before, 0) as emails_sent,
  case when is_known then hard_bounces - coalesce(hard_before, 0) end as hard_bounces,
  case when is_known then soft_bounces - coalesce(soft_before, 0) end as soft_bounces,
  case when is_known then syntax_errors - coalesce(syntax_before, 0) end as syntax_errors,
  case when not is_known then null when has_before then unique_opens - opens_before else unique_opens end as unique_opens,
  case when not is_known then null when has_before then human_unique_opens - human_before else human_unique_opens end
    as human_unique_opens,
  case when is_known then unique_clicks - coalesce(clicks_before, 0) end as unique_clicks,
  case when is_known then unsubscribes - coalesce(unsubscribes_before, 0) end as unsubscribes,
  case when not is_known then null when has_before then complaints - complaints_before else complaints end as complaints,
  case when not is_known then null when has_before then forwards - forwards_before else forwards end as forwards,
  load_id
from step
