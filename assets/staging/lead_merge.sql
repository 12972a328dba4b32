-- Which person the CRM merged into which.
create table staging.lead_merge (
  person_key              bigint not null comment 'the record that was merged away',
  merged_into_person_key  bigint not null comment 'the record it became part of',
  load_id                 bigint not null comment 'the load the row came with',
  primary key (person_key)
) as
select
  r.person_key,
  r.merged_into_person_key,
  r.load_id
from raw.lead_merge as r
inner join meta.current_part as p on p.object = 'lead_merge' and p.part = r.part and p.load_id = r.load_id
