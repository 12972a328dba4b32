-- The e-mail campaigns of other tools than Mailchimp's API, as their newest export tells of them.
create table staging.email_campaign (
  tool                varchar        not null comment 'e-mail tool in lower case',
  campaign_id         varchar        not null comment 'id of the campaign in the tool',
  sent_at             timestamp      not null comment 'send time, UTC',
  send_day            date           not null comment 'send day in the company zone',
  title               varchar                 comment 'internal title',
  list                varchar                 comment 'list it was sent to',
  segment             varchar                 comment 'part of the list it was sent to',
  automation          varchar                 comment 'automation it belongs to',
  utm_campaign        varchar                 comment 'campaign name put into the links; NULL when there is none',
  utm_key             varchar                 comment 'the same decoded, trimmed and in lower case: what visits are joined by',
  emails_sent         bigint         not null comment 'e-mails sent',
  delivered           bigint                  comment 'sent minus bounces, or as the tool says; NULL when it says neither',
  hard_bounces        bigint                  comment 'lasting delivery failures',
  soft_bounces        bigint                  comment 'passing delivery failures',
  syntax_errors       bigint                  comment 'addresses that could not be parsed',
  unique_opens        bigint                  comment 'recipients with an open, privacy proxies included',
  human_unique_opens  bigint                  comment 'recipients with an open outside privacy proxies; NULL when the tool does not tell',
  unique_clicks       bigint                  comment 'recipients who clicked',
  unsubscribes        bigint                  comment 'recipients who unsubscribed',
  complaints          bigint                  comment 'spam complaints',
  forwards            bigint                  comment 'uses of the forward link',
  orders              bigint                  comment 'orders the tool attributes',
  revenue             decimal(18, 6)          comment 'own currency: revenue the tool attributes',
  currency            varchar                 comment 'ISO currency of the revenue',
  is_counted          boolean        not null comment 'false of Mailchimp while its API is read: the API counts these campaigns',
  load_id             bigint         not null comment 'the load the row came with',
  primary key (tool, campaign_id)
) as
select
  r.tool,
  r.campaign_id,
  r.sent_at,
  local_date(r.sent_at) as send_day,
  nullif(r.title, '') as title,
  nullif(r.list, '') as list,
  nullif(r.segment, '') as segment,
  nullif(r.automation, '') as automation,
  nullif(trim(r.utm_campaign), '') as utm_campaign,
  -- decoded as staging.ga4_campaign_day does: the signs usual in names, and a plus is a space
  nullif(trim(replace(replace(replace(replace(replace(replace(replace(replace(
    lower(r.utm_campaign), '%20', ' '), '%2b', '+'), '%26', '&'), '%2c', ','), '%2f', '/'), '%3a', ':'), '%25', '%'),
    '+', ' ')), '') as utm_key,
  r.emails_sent,
  -- a tool that says nothing of bounces says nothing of what was delivered
  coalesce(r.emails_sent - r.hard_bounces - r.soft_bounces - coalesce(r.syntax_errors, 0), r.delivered) as delivered,
  r.hard_bounces,
  r.soft_bounces,
  r.syntax_errors,
  r.unique_opens,
  r.human_unique_opens,
  r.unique_clicks,
  r.unsubscribes,
  r.complaints,
  r.forwards,
  r.orders,
  r.revenue,
  nullif(r.currency, '') as currency,
  not (r.tool = 'mailchimp' and s.is_enabled) as is_counted,
  r.load_id
from raw.email_campaign as r
inner join meta.current_part as p on p.object = 'email_campaign' and p.part = r.part and p.load_id = r.load_id
inner join reference.source as s on s.source = 'mailchimp'
