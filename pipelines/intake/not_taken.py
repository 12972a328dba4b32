"""What the files of a run lack, for people: rows that were rejected, files that could not be read; never a value."""

from __future__ import annotations

# of the run whose id is the parameter; what is said of a file is `why: what to do`
NOT_TAKEN = """
select f.path as "file", f.kind as "kind", r.line, r.column_name as "column",
    case when r.value_kind in ('line', 'empty') then r.value_kind
        else r.value_kind || ' of ' || r.value_length || ' characters' end as "value",
    r.reason as "why", r.remedy as "how to fix"
from meta.file as f inner join meta.rejected_row as r on r.load_id = f.load_id
where f.run_id = $1
union all
select path, nullif(kind, ''), null, null, null, split_part(reason, ': ', 1),
    substr(reason, length(split_part(reason, ': ', 1)) + 3)
from meta.file where run_id = $1 and state = 'unreadable'
order by "file", "kind" nulls first, line nulls first
"""
