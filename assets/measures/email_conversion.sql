-- What the visitors of a campaign bought within 7 days of the send, on the send day: of campaigns with UTM tracking only.
-- A campaign of which it is unknown what was delivered, or who clicked, stands on neither side of that rate.
-- source: mailchimp or email_campaign
-- source of email_conversions, email_key_events, email_conversions_of_clickers: ga4_campaign
create table measures.email_conversion (
  day                date           not null comment 'send day in the account zone',
  row_key            varchar        not null comment 'the campaign',
  load_id            bigint         not null comment 'the load the report came with',
  campaign           varchar        not null comment 'slice: title of the campaign, or its id',
  list               varchar        not null comment 'slice: list it was sent to',
  segment            varchar        not null comment 'slice: part of the list',
  automation         varchar        not null comment 'slice: automation it belongs to; (none) of a campaign of its own',
  email_conversions  bigint                  comment 'measure: web shop purchases in sessions of the campaign within 7 days',
  email_key_events   decimal(18, 6)          comment 'measure: key events in sessions of the campaign within 7 days',
  delivered_tagged   bigint                  comment 'measure: delivered e-mails of campaigns with UTM tracking',
  email_conversions_of_clickers  bigint      comment 'measure: these purchases, of campaigns whose clicks are known',
  clickers_tagged    bigint                  comment 'measure: recipients who clicked, of campaigns with UTM tracking',
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
  coalesce(nullif(s.title, ''), s.id_in_tool) as campaign,
  coalesce(s.list, '(unknown)') as list,
  coalesce(s.segment, '(unknown)') as segment,
  coalesce(s.automation, '(unknown)') as automation,
  case when s.delivered is not null then coalesce(w.purchases, 0) end as email_conversions,
  case when s.delivered is not null then coalesce(w.key_events, 0) end as email_key_events,
  s.delivered as delivered_tagged,
  case when s.unique_clicks is not null then coalesce(w.purchases, 0) end as email_conversions_of_clickers,
  s.unique_clicks as clickers_tagged
from facts.email_send as s
left join won as w on w.campaign_id = s.campaign_id
-- Mailchimp reference §9: without UTM tracking nobody knows
where s.utm_key is not null and coalesce(s.delivered, s.unique_clicks) is not null
