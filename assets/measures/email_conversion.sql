-- What the visitors of a campaign bought within 7 days of the send, on the send day: of campaigns with UTM tracking only.
-- source: mailchimp
-- source of email_conversions, email_key_events: ga4_campaign
create table measures.email_conversion (
  day                date           not null comment 'send day in the account zone',
  row_key            varchar        not null comment 'the campaign',
  load_id            bigint         not null comment 'the load the report came with',
  email_conversions  bigint         not null comment 'measure: web shop purchases in sessions of the campaign within 7 days',
  email_key_events   decimal(18, 6) not null comment 'measure: key events in sessions of the campaign within 7 days',
  delivered_tagged   bigint         not null comment 'measure: delivered e-mails of campaigns with UTM tracking',
  primary key (row_key)
) as
with won as (
  select s.campaign_id, sum(v.purchases) as purchases, sum(v.key_events) as key_events
  from facts.email_send as s
  inner join facts.email_visit as v on v.campaign_id = s.campaign_id and v.day <= cast(s.send_day + 7 as date)
  group by s.campaign_id
)
select
  s.send_day as day,
  s.campaign_id as row_key,
  s.load_id,
  coalesce(w.purchases, 0) as email_conversions,
  coalesce(w.key_events, 0) as email_key_events,
  s.delivered as delivered_tagged
from facts.email_send as s
left join won as w on w.campaign_id = s.campaign_id
-- Mailchimp reference §9: without UTM tracking nobody knows
where s.utm_key is not null and s.delivered is not null
