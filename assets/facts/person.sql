-- Every CRM person and the record it ended up as: merge chains followed to their end, test records left out before.
create table facts.person (
  person_key    bigint not null comment 'surrogate of the record',
  survivor_key  bigint not null comment 'the record that stands for the person; itself when never merged',
  primary key (person_key)
) as
with recursive chain as (
  select
    l.person_key,
    l.person_key as survivor_key,
    0 as steps
  from staging.lead as l
  where not l.is_test
  union all
  select
    c.person_key,
    m.merged_into_person_key as survivor_key,
    c.steps + 1 as steps
  from chain as c
  inner join staging.lead_merge as m on m.person_key = c.survivor_key
  inner join staging.lead as known on known.person_key = m.merged_into_person_key and not known.is_test
  where c.steps < 50
),
visited as (
  select person_key, survivor_key, count(*) as visits, max(steps) as last_step
  from chain
  group by person_key, survivor_key
),
placed as (
  -- the end of the chain; of records that are merged in a circle the earliest stands for all
  select
    v.person_key,
    v.survivor_key,
    row_number() over (
      partition by v.person_key
      order by case when v.visits > 1 then 0 else 1 end,
        case when v.visits > 1 then l.created_at end,
        case when v.visits > 1 then v.survivor_key end,
        v.last_step desc
    ) as place
  from visited as v
  inner join staging.lead as l on l.person_key = v.survivor_key
)
select
  person_key,
  survivor_key
from placed
where place = 1
