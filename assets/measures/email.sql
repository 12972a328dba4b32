-- Contributions to the e-mail counts and rates: one row per campaign, on its send day in the account zone, and one per
-- automation e-mail and morning, with what it had counted since the one before, as far as that has a date. Of each rate
-- both sides are of the same sends: those whose two counts are known.
-- source: mailchimp or email_campaign
-- nulls: unknown
create table measures.email (
  day                           date    not null comment 'send day; of automations the last one on which the counts can have grown',
  row_key                       varchar not null comment 'the campaign; of automations also the observation',
  load_id                       bigint  not null comment 'the load the row came with',
  campaign                      varchar not null comment 'slice: title of the campaign, or its id',
  list                          varchar not null comment 'slice: list it was sent to',
  segment                       varchar not null comment 'slice: part of the list',
  automation                    varchar not null comment 'slice: automation it belongs to; (none) of a campaign of its own',
  emails_sent                   bigint           comment 'measure: e-mails sent',
  delivered                     bigint           comment 'measure: sent minus bounces and syntax errors',
  unique_opens                  bigint           comment 'measure: recipients with an open, privacy proxies included',
  delivered_opens_reported      bigint           comment 'measure: delivered, of the sends whose opens are known',
  human_unique_opens            bigint           comment 'measure: recipients with an open outside privacy proxies',
  delivered_open_known          bigint           comment 'measure: delivered, of the sends where proxy opens are known apart',
  unique_clicks                 bigint           comment 'measure: recipients who clicked',
  delivered_clicks_known        bigint           comment 'measure: delivered, of the sends whose clicks are known',
  unsubscribes                  bigint           comment 'measure: recipients who unsubscribed',
  delivered_unsubscribes_known  bigint           comment 'measure: delivered, of the sends whose unsubscribes are known',
  bounces                       bigint           comment 'measure: hard and soft bounces and syntax errors',
  sent_bounces_known            bigint           comment 'measure: e-mails sent, of the sends whose bounces are known',
  forwards                      bigint           comment 'measure: uses of the forward link, of tools with which it was ever used',
  delivered_forwards_known      bigint           comment 'measure: delivered, of the sends whose forwards are known',
  spam_complaints               bigint           comment 'measure: spam complaints',
  complaints_delivered          bigint           comment 'measure: spam complaints, of the sends of which it is known what was delivered',
  delivered_complaints_known    bigint           comment 'measure: delivered, of the sends whose complaints are known',
  primary key (row_key)
) as
with sent as (
  select
    send_day as day, campaign_id as row_key, load_id, tool, coalesce(nullif(title, ''), id_in_tool) as campaign, list,
    segment, automation, emails_sent, delivered, unique_opens, human_unique_opens, unique_clicks, unsubscribes,
    complaints, forwards
  from facts.email_send
  where emails_sent is not null
  union all
  select
    a.day, a.campaign_id || '|' || cast(a.observed_on as varchar) as row_key, a.load_id, 'mailchimp' as tool,
    coalesce(c.title, a.campaign_id) as campaign, coalesce(l.name, c.list_id) as list, null as segment,
    coalesce(c.parent_campaign_id, c.title, a.campaign_id) as automation, a.emails_sent,
    a.emails_sent - a.hard_bounces - a.soft_bounces - a.syntax_errors as delivered, a.unique_opens,
    a.human_unique_opens, a.unique_clicks, a.unsubscribes, a.complaints, a.forwards
  from facts.email_automation_day as a
  left join staging.mailchimp_campaign as c on c.campaign_id = a.campaign_id
  left join staging.mailchimp_list as l on l.list_id = c.list_id
  where a.is_readable and a.is_dated
),
tool as (
  -- an account that never used the forward form says 0 of every campaign
  select tool, max(case when forwards <> 0 then 1 else 0 end) as has_forwards from sent group by tool
)
select
  s.day,
  s.row_key,
  s.load_id,
  s.campaign,
  coalesce(s.list, '(unknown)') as list,
  coalesce(s.segment, '(unknown)') as segment,
  coalesce(s.automation, '(unknown)') as automation,
  s.emails_sent,
  s.delivered,
  case when s.delivered is not null then s.unique_opens end as unique_opens,
  case when s.unique_opens is not null then s.delivered end as delivered_opens_reported,
  case when s.delivered is not null then s.human_unique_opens end as human_unique_opens,
  case when s.human_unique_opens is not null then s.delivered end as delivered_open_known,
  case when s.delivered is not null then s.unique_clicks end as unique_clicks,
  case when s.unique_clicks is not null then s.delivered end as delivered_clicks_known,
  case when s.delivered is not null then s.unsubscribes end as unsubscribes,
  case when s.unsubscribes is not null then s.delivered end as delivered_unsubscribes_known,
  s.emails_sent - s.delivered as bounces,
  case when s.delivered is not null then s.emails_sent end as sent_bounces_known,
  case when s.delivered is not null and t.has_forwards = 1 then s.forwards end as forwards,
  case when s.forwards is not null and t.has_forwards = 1 then s.delivered end as delivered_forwards_known,
  s.complaints as spam_complaints,
  case when s.delivered is not null then s.complaints end as complaints_delivered,
  case when s.complaints is not null then s.delivered end as delivered_complaints_known
from sent as s
inner join tool as t on t.tool = s.tool
