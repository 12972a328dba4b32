-- The rows of the files of this run were taken, but for a small share; `kpi inbox rejected` names all that were not.
-- `warn_above_share_rejected` says how small. Rows of persons who were erased are meant to be kept out.
-- table: meta.file
-- severity: warning
select f.path, f.kind, r.line, r.column_name, r.value_kind, r.value_length, r.reason, r.remedy
from meta.file as f
inner join (
  select load_id, count(*) as rows from meta.rejected_row where is_of_erased is not true group by load_id
) as b on b.load_id = f.load_id
inner join reference.setting as s on b.rows > s.warn_above_share_rejected * f.rows_in
inner join meta.rejected_row as r on r.load_id = f.load_id and r.is_of_erased is not true
where f.run_id = (select max(run_id) from meta.build)
order by f.path, f.kind, r.line, r.column_name
