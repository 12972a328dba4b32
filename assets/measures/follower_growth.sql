-- Contributions to the growth of followers: what each page has more or less than when it was last told of.
-- source: social_followers
create table measures.follower_growth (
  day              date    not null comment 'day of which the followers are',
  row_key          varchar not null comment 'the page and the day',
  load_id          bigint  not null comment 'the load the row came with',
  platform         varchar not null comment 'slice: social network',
  follower_growth  bigint  not null comment 'measure: followers less those of the day told before',
  primary key (row_key)
) as
with told as (
  select
    platform, page, counted_day as day, followers, load_id,
    -- a day says it better than a month of which it is the last one
    row_number() over (partition by platform, page, counted_day order by period, day desc) as place
  from staging.social_page
  where followers is not null
),
followed as (
  select
    platform, page, day, followers, load_id,
    lag(day) over (partition by platform, page order by day) as day_before,
    lag(followers) over (partition by platform, page order by day) as followers_before
  from told
  where place = 1
)
select
  day,
  'page ' || platform || ' ' || page || '|' || cast(day as varchar) as row_key,
  load_id,
  platform,
  followers - followers_before as follower_growth
from followed
-- what a page came with, first or after a silence of more than a month, grew nobody knows when
where date_diff('day', day_before, day) <= 31
