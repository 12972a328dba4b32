-- Every post with what it had reached at the age of 7 days: at the last look that is not later than that.
create table facts.social_post (
  post           varchar not null comment 'network and id of the post',
  platform       varchar not null comment 'social network',
  post_type      varchar not null comment 'photo, video and so on; (unknown) when empty',
  is_paid        boolean not null comment 'promoted with money',
  published_day  date    not null comment 'day of publication',
  has_figure     boolean not null comment 'somebody looked within 7 days; a later look says nothing of that age',
  engagements    bigint           comment 'likes, comments, shares and clicks, as far as the network tells them',
  reach          bigint           comment 'distinct: people who had seen the post',
  video_views    bigint           comment 'video plays of 3 seconds or more',
  load_id        bigint  not null comment 'the load of the look; without one the newest of the post',
  primary key (post)
) as
with looked as (
  select
    s.platform, s.post_id, s.post_type, s.is_paid, s.published_day, s.likes, s.comments, s.shares, s.clicks, s.reach,
    s.video_views, s.load_id,
    row_number() over (partition by s.platform, s.post_id order by s.observed_at desc) as place
  from staging.social_post as s
  cross join meta.business_date as b
  where s.observed_day < b.business_date
    and s.observed_day between s.published_day and cast(s.published_day + 7 as date)
),
known as (
  select
    s.platform, s.post_id, min(s.published_day) as published_day, min(s.post_type) as post_type,
    max(case when s.is_paid then 1 else 0 end) as is_paid, max(s.load_id) as load_id
  from staging.social_post as s
  group by s.platform, s.post_id
)
select
  k.platform || ' ' || k.post_id as post,
  k.platform,
  coalesce(l.post_type, k.post_type) as post_type,
  coalesce(l.is_paid, k.is_paid = 1) as is_paid,
  coalesce(l.published_day, k.published_day) as published_day,
  l.post_id is not null as has_figure,
  case
    when coalesce(l.likes, l.comments, l.shares, l.clicks) is not null
      then coalesce(l.likes, 0) + coalesce(l.comments, 0) + coalesce(l.shares, 0) + coalesce(l.clicks, 0)
  end as engagements,
  l.reach,
  l.video_views,
  coalesce(l.load_id, k.load_id) as load_id
from known as k
left join looked as l on l.platform = k.platform and l.post_id = k.post_id and l.place = 1
cross join meta.business_date as b
where coalesce(l.published_day, k.published_day) < b.business_date
