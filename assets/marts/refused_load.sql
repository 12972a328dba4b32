-- Loads of which something was refused and waits for a person: what was stored before still counts.
-- publish: yes
-- snapshot: whole
create table marts.refused_load (
  load_id     bigint  not null comment 'the load, for kpi accept or kpi retract',
  object      varchar not null comment 'what was read',
  parts       bigint  not null comment 'number of refused parts',
  first_part  varchar not null comment 'first of them; a pseudonym where it stands for a person, deal or order',
  last_part   varchar not null comment 'last of them',
  reason      varchar not null comment 'why the first one was refused',
  primary key (object, first_part)
) as
select
  r.load_id,
  r.object,
  b.parts,
  b.first_part,
  b.last_part,
  coalesce(r.reason, 'unknown') as reason
from meta.refused_part as r
inner join (
  select load_id, count(*) as parts, min(part) as first_part, max(part) as last_part
  from meta.refused_part
  group by load_id
) as b on b.load_id = r.load_id and b.first_part = r.part
