-- Every e-mail campaign that counts, and every automation e-mail of Mailchimp with its running totals, as last observed; a
-- count that the tool left out is NULL.
-- publish: yes
create table marts.email_campaign (
  tool                varchar        not null comment 'e-mail tool',
  campaign_id         varchar        not null comment 'id of the campaign in the e-mail tool',
  type                varchar        not null comment 'regular, plaintext, absplit, rss, variate or automation; (unknown) when it is not known',
  parent_campaign_id  varchar                 comment 'the campaign or workflow it belongs to',
  title               varchar        not null comment 'internal title',
  sent_at             timestamp               comment 'send time, UTC; NULL for automations, which send for ever',
  send_day            date                    comment 'send day in the account zone; NULL for automations',
  list_id             varchar        not null comment 'audience; of other tools the name of the list',
  utm_campaign        varchar                 comment 'campaign name put into the links; NULL when UTM tracking is off',
  emails_sent         bigint                  comment 'e-mails sent',
  delivered           bigint                  comment 'sent minus bounces and syntax errors',
  unique_opens        bigint                  comment 'recipients with an open, privacy proxies included; unique per campaign',
  human_unique_opens  bigint                  comment 'recipients with an open outside privacy proxies; NULL before 2024-06-22',
  unique_clicks       bigint                  comment 'recipients who clicked',
  hard_bounces        bigint                  comment 'lasting delivery failures',
  soft_bounces        bigint                  comment 'passing delivery failures',
  unsubscribes        bigint                  comment 'recipients who unsubscribed',
  complaints          bigint                  comment 'spam complaints',
  forwards            bigint                  comment 'uses of the forward link',
  orders              bigint                  comment 'orders the connected store or the tool attributes; NULL when no store is known to be connected',
  revenue_eur         decimal(38, 6)          comment 'revenue the connected store or the tool attributes, EUR by the rate of the send day',
  missing_since       date                    comment 'first morning on which the tool no longer listed it; NULL while it does',
  primary key (tool, campaign_id),
  constraint delivered_within_sent check (delivered between 0 and emails_sent)
) as
with last_seen as (
  select campaign_id, max(observed_on) as observed_on from staging.mailchimp_automation_day group by campaign_id
)
select
  s.tool,
  s.id_in_tool as campaign_id,
  s.type,
  s.parent_campaign_id,
  s.title,
  s.sent_at,
  s.send_day,
  s.list_id,
  s.utm_campaign,
  s.emails_sent,
  s.delivered,
  s.unique_opens,
  s.human_unique_opens,
  s.unique_clicks,
  s.hard_bounces,
  s.soft_bounces,
  s.unsubscribes,
  s.complaints,
  s.forwards,
  s.orders,
  round(s.revenue * x.eur_per_unit, 2) as revenue_eur,
  s.missing_since
from facts.email_send as s
left join reference.exchange_rate as x on x.currency = s.currency and s.send_day between x.valid_from and x.valid_until
union all
select
  'mailchimp' as tool,
  a.campaign_id,
  coalesce(c.type, 'automation') as type,
  c.parent_campaign_id,
  coalesce(c.title, '') as title,
  null as sent_at,
  null as send_day,
  coalesce(c.list_id, '') as list_id,
  c.utm_campaign,
  a.emails_sent,
  a.emails_sent - a.hard_bounces - a.soft_bounces - a.syntax_errors as delivered,
  a.unique_opens,
  a.human_unique_opens,
  a.unique_clicks,
  a.hard_bounces,
  a.soft_bounces,
  a.unsubscribes,
  a.complaints,
  a.forwards,
  null as orders,
  null as revenue_eur,
  c.missing_since
from staging.mailchimp_automation_day as a
inner join last_seen as l on l.campaign_id = a.campaign_id and l.observed_on = a.observed_on
left join staging.mailchimp_campaign as c on c.campaign_id = a.campaign_id
