-- What social networks say of a page, by day or for a whole month.
create table staging.social_page (
  platform           varchar not null comment 'social network',
  page               varchar not null comment 'page; empty when the file names none',
  day                date    not null comment 'day as sent; of a month any day of it',
  period             varchar not null comment 'day or month',
  counted_day        date    not null comment 'day of which the followers are: of a month its last one, as far as it is over',
  followers          bigint           comment 'followers',
  page_likes         bigint           comment 'likes of the page',
  reach              bigint           comment 'distinct: people reached in the period',
  negative_feedback  bigint           comment 'times that people hid or reported what the page says, in the period',
  load_id            bigint  not null comment 'the load the row came with',
  primary key (platform, page, day, period)
) as
select
  r.platform,
  coalesce(r.page, '') as page,
  r.date as day,
  coalesce(r.period, 'day') as period,
  case
    when r.period = 'month' then greatest(r.date, least(m.period_end, cast(b.business_date - 1 as date)))
    else r.date
  end as counted_day,
  r.followers,
  r.page_likes,
  r.reach,
  r.negative_feedback,
  r.load_id
from raw.social_page as r
inner join meta.current_part as p on p.object = 'social_page' and p.part = r.part and p.load_id = r.load_id
left join reference.period as m on m.grain = 'month' and r.date between m.period_start and m.period_end
cross join meta.business_date as b
