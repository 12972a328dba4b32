-- People who came into a store, as its door counter says.
create table staging.footfall (
  store_id  varchar not null comment 'store',
  day       date    not null comment 'day of the count',
  visitors  bigint  not null comment 'people who came in',
  load_id   bigint  not null comment 'the load the row came with',
  primary key (store_id, day)
) as
select
  r.store_id,
  r.date as day,
  r.visitors,
  r.load_id
from raw.footfall as r
inner join meta.current_part as p on p.object = 'footfall' and p.part = r.part and p.load_id = r.load_id
