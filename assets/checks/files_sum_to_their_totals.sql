-- The rows of a file sum to the total that the file itself tells, in the newest version of each file.
-- table: meta.file
-- severity: warning
select t.path, t.line, t.label, t.column_name, t.told, t.taken, t.taken - t.told as difference
from meta.file_total as t
inner join (
  select path, kind, content_hash, row_number() over (partition by path, kind order by seen_at desc) as age
  from meta.file
  where state = 'loaded'
) as f on f.path = t.path and f.kind = t.kind and f.content_hash = t.content_hash and f.age = 1
where t.taken <> t.told
