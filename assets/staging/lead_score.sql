-- The scores that leads had in every export that counts, also in those that a later one replaced.
create table staging.lead_score (
  person_key  bigint         not null comment 'surrogate of the person',
  as_of       date           not null comment 'business date from which on the lead had this score',
  load_id     bigint         not null comment 'the load the row came with',
  score       decimal(18, 6)          comment 'score of the lead; NULL when it had none',
  primary key (person_key, load_id)
) as
select
  r.person_key,
  p.as_of,
  r.load_id,
  r.score
from raw.lead as r
inner join meta.held_part as p on p.object = 'lead' and p.part = r.part and p.load_id = r.load_id
