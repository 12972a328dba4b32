-- The rows of a file sum to the total that the file itself tells, in the newest version of each file that was not taken back.
-- Totals are shown rounded, and rows may hold more decimals than they show: up to 0.01 is no difference. Counts are whole.
-- table: meta.file
-- severity: warning
select t.path, t.line, t.label, t.column_name, t.told, t.taken, t.taken - t.told as difference
from meta.file_total as t
inner join (
  select path, kind, content_hash, row_number() over (partition by path, kind order by seen_at desc) as age
  from meta.file as v
  where state = 'loaded'
    and not exists (select 1 from meta.ruling as r where r.load_id = v.load_id and r.action = 'retract')
) as f on f.path = t.path and f.kind = t.kind and f.content_hash = t.content_hash and f.age = 1
where abs(t.taken - t.told) > 0.01
  -- content that was taken back and came again has its totals twice
  and not exists (select 1 from meta.ruling as r where r.load_id = t.load_id and r.action = 'retract')
