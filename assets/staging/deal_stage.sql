-- Every stage that a deal entered, as the CRM recorded it; a deal that was opened again has a later entry.
create table staging.deal_stage (
  deal_id     varchar   not null comment 'id in the CRM',
  stage       varchar   not null comment 'stage in lower case',
  entered_at  timestamp not null comment 'moment of the entry, UTC',
  load_id     bigint    not null comment 'the load the row came with',
  primary key (deal_id, stage, entered_at)
) as
select distinct
  r.deal_id,
  lower(trim(r.stage)) as stage,
  r.entered_at,
  r.load_id
from raw.deal_stage as r
inner join meta.current_part as p on p.object = 'deal_stage' and p.part = r.part and p.load_id = r.load_id
