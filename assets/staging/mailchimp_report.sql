-- The last observation of every e-mail campaign; a count that Mailchimp left out is unknown, never 0.
create table staging.mailchimp_report (
  campaign_id                varchar        not null comment 'id of the campaign in Mailchimp',
  title                      varchar        not null comment 'internal title',
  list_id                    varchar        not null comment 'audience',
  sent_at                    timestamp      not null comment 'send time, UTC',
  send_day                   date           not null comment 'send day in the account zone',
  emails_sent                bigint                  comment 'e-mails sent',
  hard_bounces               bigint                  comment 'lasting delivery failures',
  soft_bounces               bigint                  comment 'passing delivery failures; can fall when a retry succeeds',
  syntax_errors              bigint                  comment 'addresses that could not be parsed',
  unique_opens               bigint                  comment 'recipients with an open, privacy proxies included',
  human_unique_opens         bigint                  comment 'recipients with an open outside privacy proxies; NULL before 2024-06-22',
  unique_clicks              bigint                  comment 'recipients who clicked',
  unsubscribes               bigint                  comment 'recipients who unsubscribed',
  complaints                 bigint                  comment 'spam complaints',
  forwards                   bigint                  comment 'uses of the forward link',
  orders                     bigint                  comment 'orders the connected store attributes; NULL when no store is known to be connected',
  revenue                    decimal(18, 6)          comment 'own currency: revenue the connected store attributes; NULL when no store is known to be connected',
  currency                   varchar                 comment 'ISO currency of the revenue',
  industry                   varchar                 comment 'industry that Mailchimp puts the account into; NULL when it says none',
  industry_open_rate         decimal(18, 6)          comment 'opens per delivered e-mail in that industry, privacy proxies included',
  industry_click_rate        decimal(18, 6)          comment 'clicks per delivered e-mail in that industry',
  industry_bounce_rate       decimal(18, 6)          comment 'bounces per e-mail sent in that industry',
  industry_unsubscribe_rate  decimal(18, 6)          comment 'unsubscribes per delivered e-mail in that industry',
  industry_complaint_rate    decimal(18, 6)          comment 'spam complaints per delivered e-mail in that industry',
  load_id                    bigint         not null comment 'the load the row came with',
  primary key (campaign_id),
  constraint clicks_within_sent check (unique_clicks <= emails_sent)
) as
with report as (
  select r.*
  from raw.mailchimp_report as r
  inner join meta.current_part as p on p.object = 'mailchimp.report' and p.part = r.part and p.load_id = r.load_id
),
store as (
  -- Mailchimp reference §6: zeros mean "no store connected"; one order anywhere shows that there is one
  select max(case when total_orders > 0 or total_revenue > 0 then 1 else 0 end) as is_connected from report
)
select
  r.campaign_id,
  coalesce(r.title, '') as title,
  coalesce(r.list_id, '') as list_id,
  r.send_time as sent_at,
  r.send_day,
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
  case when s.is_connected = 1 then r.total_orders end as orders,
  case when s.is_connected = 1 then r.total_revenue end as revenue,
  nullif(r.currency, '') as currency,
  nullif(r.industry, '') as industry,
  r.industry_open_rate,
  r.industry_click_rate,
  r.industry_bounce_rate,
  r.industry_unsubscribe_rate,
  r.industry_complaint_rate,
  r.load_id
from report as r
cross join store as s
