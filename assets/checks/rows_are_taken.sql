-- Every row of the files of this run was taken; `kpi inbox rejected` names the others with the remedy.
-- table: meta.file
-- severity: warning
select f.path, r.line
from meta.file as f
inner join meta.rejected_row as r on r.path = f.path and r.content_hash = f.content_hash
where f.run_id = (select max(run_id) from meta.build)
