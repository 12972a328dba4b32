-- A file that corrects single deals, orders or ad days leaves at least half of their money; else it may be the wrong one.
-- table: meta.file
-- severity: warning
select l.load_id, l.object, l.flags
from meta.load as l
where l.run_id = (select max(run_id) from meta.build)
  and l.flags like '%"fell":%'
