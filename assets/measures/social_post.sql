-- Contributions to the figures of organic posts: one row per post that was looked at in time, on the day it was published.
-- source: social_posts
create table measures.social_post (
  day                  date    not null comment 'day of publication',
  row_key              varchar not null comment 'the post',
  load_id              bigint  not null comment 'the load the row came with',
  platform             varchar not null comment 'slice: social network',
  post_type            varchar not null comment 'slice: photo, video and so on',
  post                 varchar not null comment 'slice: the post',
  engagements          bigint           comment 'measure: likes, comments, shares and clicks',
  reached_engagements  bigint           comment 'measure: engagements of the posts whose reach is known',
  engaged_reach        bigint           comment 'measure: reach of the posts whose engagements are known; a weight, not people',
  post_reach           bigint           comment 'measure: reach of the post; in sum a weight, not people',
  posts_with_reach     bigint           comment 'measure: 1 when the reach is known',
  short_video_views    bigint           comment 'measure: video plays of 3 seconds or more',
  primary key (row_key)
) as
select
  published_day as day,
  'post ' || post as row_key,
  load_id,
  platform,
  post_type,
  post,
  engagements,
  case when reach is not null then engagements end as reached_engagements,
  case when engagements is not null then reach end as engaged_reach,
  reach as post_reach,
  case when reach is not null then 1 end as posts_with_reach,
  video_views as short_video_views
from facts.social_post
where has_figure and not is_paid
