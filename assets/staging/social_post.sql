-- What posts on social media had reached at each moment somebody looked.
create table staging.social_post (
  platform       varchar   not null comment 'social network',
  post_id        varchar   not null comment 'id of the post on its network',
  observation    varchar   not null comment 'moment of the look as text; empty when the file does not say',
  published_day  date      not null comment 'day of publication in the reporting zone',
  observed_at    timestamp          comment 'moment of the look, UTC',
  observed_day   date               comment 'day of the look in the reporting zone',
  post_type      varchar   not null comment 'photo, video and so on; (unknown) when empty',
  is_paid        boolean   not null comment 'promoted with money; a post that nobody calls paid is organic',
  reach          bigint             comment 'distinct: people who had seen the post',
  likes          bigint             comment 'likes so far',
  comments       bigint             comment 'comments so far',
  shares         bigint             comment 'shares so far',
  clicks         bigint             comment 'clicks so far',
  video_views    bigint             comment 'video plays of 3 seconds or more so far',
  load_id        bigint    not null comment 'the load the row came with',
  primary key (platform, post_id, observation)
) as
select
  r.platform,
  r.post_id,
  coalesce(cast(r.observed_at as varchar), '') as observation,
  local_date(r.published_at) as published_day,
  r.observed_at,
  local_date(r.observed_at) as observed_day,
  coalesce(nullif(trim(lower(r.type)), ''), '(unknown)') as post_type,
  coalesce(r.is_paid, false) as is_paid,
  r.reach,
  r.likes,
  r.comments,
  r.shares,
  r.clicks,
  r.video_views_3s as video_views,
  r.load_id
from raw.social_post as r
inner join meta.current_part as p on p.object = 'social_post' and p.part = r.part and p.load_id = r.load_id
