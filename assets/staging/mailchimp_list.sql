-- Every audience as last observed; one that was deleted stays.
create table staging.mailchimp_list (
  list_id            varchar   not null comment 'id of the audience in Mailchimp',
  name               varchar            comment 'name of the audience',
  created_at         timestamp          comment 'when it was made, UTC',
  member_count       bigint             comment 'contacts that can be written to',
  unsubscribe_count  bigint             comment 'contacts that unsubscribed so far',
  cleaned_count      bigint             comment 'contacts that were cleaned so far, because their e-mails bounced',
  missing_since      date               comment 'first morning on which Mailchimp no longer listed it; NULL while it does',
  load_id            bigint    not null comment 'the load the row came with',
  primary key (list_id)
) as
select
  r.list_id,
  nullif(r.name, '') as name,
  r.created_at,
  r.member_count,
  r.unsubscribe_count,
  r.cleaned_count,
  -- Mailchimp reference §7: deleted lists just disappear; keep our rows
  case when l.part is not null and n.part is null then l.as_of end as missing_since,
  r.load_id
from raw.mailchimp_list as r
inner join meta.current_part as p on p.object = 'mailchimp.list' and p.part = r.part and p.load_id = r.load_id
left join meta.current_part as l on l.object = 'mailchimp.listed' and l.part = 'list/' || r.list_id
left join raw.mailchimp_listed as n on n.part = l.part and n.load_id = l.load_id
