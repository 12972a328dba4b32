-- Every stage entry the CRM recorded; skipped stages are missing here, regressions are not.
create table staging.lead_stage (
  person_key  bigint    not null comment 'surrogate of the person',
  stage       varchar   not null comment 'stage in lower case',
  entered_at  timestamp not null comment 'moment of the entry, UTC',
  load_id     bigint    not null comment 'the load the row came with',
  primary key (person_key, stage, entered_at)
) as
select distinct
  r.person_key,
  lower(trim(r.stage)) as stage,
  r.entered_at,
  r.load_id
from raw.lead_stage as r
inner join meta.current_part as p on p.object = 'lead_stage' and p.part = r.part and p.load_id = r.load_id
