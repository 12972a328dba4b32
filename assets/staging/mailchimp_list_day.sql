-- How many contacts every audience had on each morning it was looked at.
create table staging.mailchimp_list_day (
  list_id       varchar not null comment 'audience',
  day           date    not null comment 'the day before the morning: at its end the audience had that many',
  member_count  bigint           comment 'contacts that can be written to',
  load_id       bigint  not null comment 'the load the row came with',
  primary key (list_id, day)
) as
select r.list_id, cast(r.observed_on - 1 as date) as day, r.member_count, r.load_id
from raw.mailchimp_list_day as r
inner join meta.current_part as p
  on p.object = 'mailchimp.list_day' and p.part = r.part and p.load_id = r.load_id
