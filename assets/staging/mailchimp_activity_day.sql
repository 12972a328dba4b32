-- What happened in every audience day by day, harvested from the first night on; automations are not in it.
create table staging.mailchimp_activity_day (
  list_id           varchar not null comment 'audience',
  day               date    not null comment 'day as Mailchimp counts it',
  emails_sent       bigint           comment 'e-mails sent',
  unique_opens      bigint           comment 'recipients with an open, privacy proxies included',
  recipient_clicks  bigint           comment 'recipients who clicked',
  hard_bounces      bigint           comment 'lasting delivery failures',
  soft_bounces      bigint           comment 'passing delivery failures',
  subscribes        bigint           comment 'contacts who signed up themselves',
  unsubscribes      bigint           comment 'contacts who unsubscribed',
  other_adds        bigint           comment 'contacts who were imported or added by hand',
  other_removes     bigint           comment 'contacts who were removed otherwise',
  load_id           bigint  not null comment 'the load the row came with',
  primary key (list_id, day)
) as
select
  r.list_id,
  r.day,
  r.emails_sent,
  r.unique_opens,
  r.recipient_clicks,
  r.hard_bounce as hard_bounces,
  r.soft_bounce as soft_bounces,
  r.subs as subscribes,
  r.unsubs as unsubscribes,
  r.other_adds,
  r.other_removes,
  r.load_id
from raw.mailchimp_activity_day as r
inner join meta.current_part as p
  on p.object = 'mailchimp.activity_day' and p.part = r.part and p.load_id = r.load_id
