-- Every file of the inbox can be read; `kpi status` says why one cannot.
-- table: meta.file
-- severity: warning
select f.path, f.reason
from meta.file as f
where f.state = 'unreadable' and f.run_id = (select max(run_id) from meta.build)
