-- The lists of other tools than Mailchimp's API by day, as their newest export tells of them.
create table staging.email_list (
  tool          varchar not null comment 'e-mail tool in lower case',
  list          varchar not null comment 'name of the list',
  day           date    not null comment 'day of the figures',
  subscribed    bigint           comment 'contacts that could be written to at the end of the day',
  signups       bigint           comment 'contacts who signed up themselves',
  unsubscribed  bigint           comment 'contacts who unsubscribed',
  cleaned       bigint           comment 'contacts who were cleaned',
  deleted       bigint           comment 'contacts who were deleted',
  is_counted    boolean not null comment 'false of Mailchimp while its API is read: the API counts these lists',
  load_id       bigint  not null comment 'the load the row came with',
  primary key (tool, list, day)
) as
select
  r.tool,
  r.list,
  r.date as day,
  r.subscribed,
  r.signups,
  r.unsubscribed,
  r.cleaned,
  r.deleted,
  not (r.tool = 'mailchimp' and s.is_enabled) as is_counted,
  r.load_id
from raw.email_list as r
inner join meta.current_part as p on p.object = 'email_list' and p.part = r.part and p.load_id = r.load_id
inner join reference.source as s on s.source = 'mailchimp'
