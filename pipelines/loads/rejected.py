"""What of the files could not be taken and is not over: the one definition, for the cut of a build and for now.

Of a file that was read again under its name only the newest read tells, of one that was taken back none. A later full
export of the kind says everything anew, unless it was refused. That a file was moved out of the inbox changes nothing:
the rows that it lacked are lacking still.
"""

from __future__ import annotations

from pipelines.loads.refused import NOW

LINES_NAMED = 8
# one row per rejected row that stands
_ROWS = r"""
with cut as (
    select object, load_id from __cut__
),
read_file as (
    select f.path, f.kind, f.load_id, f.rows_in, f.rows_rejected, coalesce(l.fetch_id, l.load_id) as fetch_id,
        json_extract_string(l.judged_by, '$.is_full') = 'true' as is_full,
        max(f.load_id) over (partition by f.path, f.kind) as newest
    from meta.file as f
    inner join meta.load as l on l.load_id = f.load_id
    inner join cut as c on c.object = l.object and l.load_id <= c.load_id
    where f.rows_in is not null and not exists (
        select 1 from meta.ruling as r
        where r.load_id = f.load_id and r.action = 'retract' and r.ruling_id <= c.load_id
    )
),
refused as (
    select coalesce(l.fetch_id, l.load_id) as fetch_id
    from meta.load_part as p inner join meta.load as l on l.load_id = p.load_id
    where coalesce(p.state_before, p.state) = 'refused'
),
said_anew as (
    select kind, max(load_id) as load_id from read_file
    where is_full and fetch_id not in (select fetch_id from refused) group by kind
),
rejected_row as (
    select f.path, f.kind, f.load_id, f.rows_in, f.rows_rejected, r.line, r.column_name, r.value, r.reason, r.remedy,
        coalesce(r.is_of_erased, false) as is_of_erased,
        -- a line that is named in the reason makes no reason of its own
        regexp_replace(r.reason, '[0-9]+', '#', 'g') as alike
    from read_file as f
    inner join meta.rejected_row as r on r.load_id = f.load_id
    left join said_anew as a on a.kind = f.kind
    where f.load_id = f.newest and f.load_id >= coalesce(a.load_id, f.load_id)
)"""
_EACH = """
select path, line, column_name as "column", value, reason, remedy, kind, load_id, rows_in, rows_rejected
from rejected_row order by path, line, kind, column_name"""
_ALIKE = """,
line_run as (
    select load_id, column_name, alike, min(line) as first_line, max(line) as last_line,
        row_number() over (partition by load_id, column_name, alike order by min(line)) as place
    from (
        select distinct load_id, column_name, alike, line,
            line - dense_rank() over (partition by load_id, column_name, alike order by line) as run
        from rejected_row
    ) as numbered
    group by load_id, column_name, alike, run
),
named_line as (
    select load_id, column_name, alike,
        string_agg(
            case when place > {LINES_NAMED} then '...' when first_line = last_line then cast(first_line as varchar)
                else first_line || '-' || last_line end,
            ', ' order by place
        ) filter (place <= {LINES_NAMED} + 1) as lines
    from line_run group by load_id, column_name, alike
)
select r.path, r.kind, r.load_id, r.rows_in, r.rows_rejected, r.column_name, count(*) as rows,
    min(r.line) as first_line, min(n.lines) as lines,
    arg_min(r.reason, r.line) as reason, arg_min(r.remedy, r.line) as remedy,
    count(distinct r.reason) as wordings, bool_and(r.is_of_erased) as is_of_erased{values}
from rejected_row as r
inner join named_line as n on n.load_id = r.load_id and n.column_name = r.column_name and n.alike = r.alike
group by r.path, r.kind, r.load_id, r.rows_in, r.rows_rejected, r.column_name, r.alike
order by r.path, r.kind, rows desc, first_line, r.column_name
""".replace("{LINES_NAMED}", str(LINES_NAMED))


def rejections(cut: str) -> str:
    """The statement that gives what stands at a cut, a relation of object and load_id.

    One row per file, kind, column and reason, with the lines that it is about.
    """
    return _ROWS.replace("__cut__", cut) + _ALIKE.replace("{values}", "")


def rejections_with_values() -> str:
    """The same as it stands now, with what the first line says and how many others there are: never to be published."""
    values = ", arg_min(r.value, r.line) as value, count(distinct coalesce(r.value, '')) as value_count"
    return _ROWS.replace("__cut__", NOW) + _ALIKE.replace("{values}", values)


def rejected_rows() -> str:
    """The statement that gives each rejected row that stands now, with what it says: never to be published."""
    return _ROWS.replace("__cut__", NOW) + _EACH
