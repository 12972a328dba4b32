-- Every e-mail campaign as last observed; a count that the tool left out is NULL.
-- publish: yes
create table marts.email_campaign (
  campaign_id         varchar        not null comment 'id of the campaign in the e-mail tool',
  title               varchar        not null comment 'internal title',
  sent_at             timestamp      not null comment 'send time, UTC',
  send_day            date           not null comment 'send day in the account zone',
  list_id             varchar        not null comment 'audience',
  emails_sent         bigint                  comment 'e-mails sent',
  delivered           bigint                  comment 'sent minus bounces and syntax errors',
  unique_opens        bigint                  comment 'recipients with an open, privacy proxies included; unique per campaign',
  human_unique_opens  bigint                  comment 'recipients with an open outside privacy proxies; NULL before 2024-06-22',
  unique_clicks       bigint                  comment 'recipients who clicked',
  hard_bounces        bigint                  comment 'lasting delivery failures',
  soft_bounces        bigint                  comment 'passing delivery failures',
  unsubscribes        bigint                  comment 'recipients who unsubscribed',
  complaints          bigint         not null comment 'spam complaints',
  forwards            bigint         not null comment 'uses of the forward link',
  orders              bigint         not null comment 'orders the connected store attributes',
  revenue_eur         decimal(38, 6)          comment 'revenue the connected store attributes, EUR by the rate of the send day',
  primary key (campaign_id),
  constraint delivered_within_sent check (delivered between 0 and emails_sent)
) as
select
  r.campaign_id,
  r.title,
  r.sent_at,
  r.send_day,
  r.list_id,
  r.emails_sent,
  r.emails_sent - r.hard_bounces - r.soft_bounces - r.syntax_errors as delivered,
  r.unique_opens,
  r.human_unique_opens,
  r.unique_clicks,
  r.hard_bounces,
  r.soft_bounces,
  r.unsubscribes,
  r.complaints,
  r.forwards,
  r.orders,
  round(r.revenue * x.eur_per_unit, 2) as revenue_eur
from staging.mailchimp_report as r
left join reference.exchange_rate as x on x.currency = r.currency and r.send_day between x.valid_from and x.valid_until
