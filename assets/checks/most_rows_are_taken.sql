-- Of no file so many rows are rejected that its figures are worse than none: else nothing is published.
-- Rows of persons who were erased are meant to be kept out and do not count here.
-- Small files stop nothing: `stop_from_rows` says from how many rows on a file is judged.
-- It blocks as long as the file stands, not only in the night that read it. `stop_above_share_rejected` says from where on.
-- A file that is rows of two kinds is judged as each; where its folder does not say the kind, it is named.
-- table: marts.rejection
-- severity: blocking
select
  r.path || case when starts_with(r.path, r.kind || '/') then '' else ' as ' || r.kind end as what,
  concat(
    sum(r.rows), ' of ', min(r.rows_in), ' rows rejected, more than the share of ',
    cast(cast(min(s.stop_above_share_rejected) as double) as varchar), ' above which nothing is published'
  ) as why,
  concat(
    '`kpi inbox rejected` says which and why; put it in the inbox again, corrected and under the same name, or take it ',
    'back with `kpi retract ', min(r.load_id), ' --note ...`, or raise inbox.stop_above_share_rejected in sources.yaml'
  ) as what_to_do
from marts.rejection as r
cross join reference.setting as s
where not r.is_of_erased and r.rows_in >= s.stop_from_rows
group by r.path, r.kind
having sum(r.rows) > min(s.stop_above_share_rejected * r.rows_in)
order by r.path, r.kind
