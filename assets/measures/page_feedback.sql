-- Contributions to the feedback on pages: what a look at a post, or a day of a page, added; each kind apart.
-- source: social_pages else social_posts
create table measures.page_feedback (
  day            date    not null comment 'day of the look or of the page',
  row_key        varchar not null comment 'the post and the look, or the page and the day',
  load_id        bigint  not null comment 'the load the row came with',
  feedback_type  varchar not null comment 'slice: comments or negative_feedback',
  page_feedback  bigint  not null comment 'measure: items that came since the look before, or on the day',
  primary key (row_key)
) as
with counted as (
  select
    platform, post_id, observation, published_day, observed_day, comments, load_id,
    max(comments) over (
      partition by platform, post_id order by observed_at rows between unbounded preceding and 1 preceding
    ) as comments_before
  from staging.social_post
  where observed_day is not null and comments is not null
)
select
  observed_day as day,
  'post ' || platform || ' ' || post_id || '|' || observation as row_key,
  load_id,
  'comments' as feedback_type,
  -- a comment that was taken away was still given
  greatest(comments - coalesce(comments_before, 0), 0) as page_feedback
from counted
-- what a post had at a first look long after its publication may have come at any time
where comments_before is not null or observed_day <= cast(published_day + 7 as date)
union all
select
  day,
  'page ' || platform || ' ' || page || '|' || cast(day as varchar) as row_key,
  load_id,
  'negative_feedback' as feedback_type,
  negative_feedback as page_feedback
from staging.social_page
where period = 'day' and negative_feedback is not null
