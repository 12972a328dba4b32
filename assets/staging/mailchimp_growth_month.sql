-- The stock of every audience at the end of each month, and what left it during the month.
create table staging.mailchimp_growth_month (
  list_id       varchar not null comment 'audience',
  month         date    not null comment 'first day of the month',
  subscribed    bigint           comment 'contacts that could be written to at the end of the month; of the running one, now',
  unsubscribed  bigint           comment 'contacts who unsubscribed in the month',
  cleaned       bigint           comment 'contacts who were cleaned in the month',
  deleted       bigint           comment 'contacts who were deleted in the month',
  load_id       bigint  not null comment 'the load the row came with',
  primary key (list_id, month)
) as
select
  r.list_id,
  cast(r.month || '-01' as date) as month,
  r.subscribed,
  r.unsubscribed,
  r.cleaned,
  r.deleted,
  r.load_id
from raw.mailchimp_growth_month as r
inner join meta.current_part as p
  on p.object = 'mailchimp.growth_month' and p.part = r.part and p.load_id = r.load_id
