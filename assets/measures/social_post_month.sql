-- What is told of single organic posts, by the month they were published: never summed.
-- source: social_posts
-- measures: post_visits, ranked_engagements, ranked_reach
-- grains: month (post)
create table measures.social_post_month (
  measure       varchar        not null comment 'name of the measure',
  grain         varchar        not null comment 'month',
  period_start  date           not null comment 'first day of the month of publication',
  slice         varchar        not null comment 'post',
  member        varchar        not null comment 'the post',
  value         decimal(38, 6) not null comment 'people or engagements of the one post, at the age of 7 days',
  primary key (measure, grain, period_start, slice, member)
) as
with organic as (
  select
    f.post, cast(date_trunc('month', f.published_day) as date) as month, f.engagements, f.reach,
    f.reach >= s.top_posts_minimum_reach and f.engagements is not null as is_ranked
  from facts.social_post as f
  cross join reference.setting as s
  where f.has_figure and not f.is_paid and f.reach is not null
)
select
  'post_visits' as measure, 'month' as grain, month as period_start, 'post' as slice, post as member, reach as value
from organic
union all
select
  'ranked_engagements' as measure, 'month' as grain, month as period_start, 'post' as slice, post as member,
  engagements as value
from organic
where is_ranked
union all
select
  'ranked_reach' as measure, 'month' as grain, month as period_start, 'post' as slice, post as member, reach as value
from organic
where is_ranked
