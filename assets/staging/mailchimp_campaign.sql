-- Every e-mail campaign that was sent, and every e-mail of an automation; those that were deleted stay.
create table staging.mailchimp_campaign (
  campaign_id         varchar   not null comment 'id of the campaign in Mailchimp',
  type                varchar   not null comment 'regular, plaintext, absplit, rss, variate or automation; (unknown) when empty',
  parent_campaign_id  varchar            comment 'the campaign or workflow it belongs to; NULL for one on its own',
  list_id             varchar            comment 'audience',
  title               varchar            comment 'internal title',
  created_at          timestamp          comment 'when it was made, UTC',
  sent_at             timestamp          comment 'send time, UTC; NULL for automations, which have none',
  utm_campaign        varchar            comment 'campaign name put into the links; NULL when UTM tracking is off',
  utm_key             varchar            comment 'the same decoded, trimmed and in lower case: what visits are joined by',
  missing_since       date               comment 'first morning on which Mailchimp no longer listed it; NULL while it does',
  load_id             bigint    not null comment 'the load the row came with',
  primary key (campaign_id)
) as
select
  r.campaign_id,
  coalesce(nullif(r.type, ''), '(unknown)') as type,
  nullif(r.parent_campaign_id, '') as parent_campaign_id,
  nullif(r.list_id, '') as list_id,
  nullif(r.title, '') as title,
  r.create_time as created_at,
  r.send_time as sent_at,
  nullif(trim(r.utm_campaign), '') as utm_campaign,
  -- Mailchimp reference §9: compare lower(trim(url-decoded)); a plus may stand for a space or for itself, so it is a
  -- space on both sides. Rows of before names were decoded have the name as sent only.
  nullif(trim(replace(lower(coalesce(r.utm_campaign_decoded, r.utm_campaign)), '+', ' ')), '') as utm_key,
  -- Mailchimp reference §7: deleted campaigns just disappear; keep our rows
  case when l.part is not null and n.part is null then l.as_of end as missing_since,
  r.load_id
from raw.mailchimp_campaign as r
inner join meta.current_part as p on p.object = 'mailchimp.campaign' and p.part = r.part and p.load_id = r.load_id
left join meta.current_part as l on l.object = 'mailchimp.listed' and l.part = 'campaign/' || r.campaign_id
left join raw.mailchimp_listed as n on n.part = l.part and n.load_id = l.load_id
