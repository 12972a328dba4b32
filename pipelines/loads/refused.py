"""What was refused and waits for somebody: the one definition, for the cut of a build and for now.

A part that a newer load brought, confirmed or withdrew is decided, and so is one that a ruling was about.
"""

from __future__ import annotations

# the newest load of every object
NOW = "(select object, max(load_id) as load_id from meta.load group by object)"
# object, part, refused load_id and reason of each part that waits; `__cut__` is a relation of object and load_id
_PARTS = """
with cut as (
    select object, load_id from __cut__
),
ever_refused as (
    select object, part from meta.load_part where state = 'refused' or state_before = 'refused'
    union
    select object, part from meta.ruled_part where state = 'refused'
),
-- the state that each part had at the cut: the last that a ruling gave it, else the one it came with
judged as (
    select p.object, p.part, p.load_id, max(p.reason) as reason, max(coalesce(l.fetch_id, l.load_id)) as fetch_id,
        coalesce(arg_max(r.state, r.ruling_id), max(coalesce(p.state_before, p.state))) as state
    from meta.load_part as p
    inner join ever_refused as e on e.object = p.object and e.part = p.part
    inner join meta.load as l on l.load_id = p.load_id and l.source <> 'ruling'
    inner join cut as c on c.object = p.object and p.load_id <= c.load_id
    left join meta.ruled_part as r on r.load_id = p.load_id and r.part = p.part and r.ruling_id <= c.load_id
    group by p.object, p.part, p.load_id
),
refused as (
    select j.object, j.part, j.load_id, j.reason
    from judged as j
    inner join (
        select object, part, max(load_id) as load_id from judged where state <> 'retracted' group by object, part
    ) as newest on newest.object = j.object and newest.part = j.part and newest.load_id = j.load_id
    where j.state = 'refused'
),
-- the loads that were not taken back by then
standing as (
    select l.load_id, l.object, l.judged_by, coalesce(l.fetch_id, l.load_id) as fetch_id
    from meta.load as l
    inner join cut as c on c.object = l.object and l.load_id <= c.load_id
    where l.source <> 'ruling' and not exists (
        select 1 from meta.ruling as r where r.load_id = l.load_id and r.action = 'retract' and r.ruling_id <= c.load_id
    )
),
-- from which load to which a part counted as the rows of one load
held as (
    select p.object, p.part, coalesce(p.rows_from, p.load_id) as rows_from, p.load_id as since,
        lead(p.load_id) over (partition by p.object, p.part order by p.load_id) as until
    from meta.load_part as p
    inner join refused as w on w.object = p.object and w.part = p.part
    inner join meta.load as l on l.load_id = p.load_id
    where coalesce(p.state_before, p.state) = 'accepted' or l.source = 'ruling'
),
decided as (
    select h.object, h.part, k.load_id
    from held as h
    inner join meta.load_confirmation as k
        on k.rows_from = h.rows_from and k.load_id > h.since and k.load_id < coalesce(h.until, k.load_id + 1)
    where k.parts is null or list_contains(k.parts, h.part)
    union all
    -- it came empty again, and never held anything
    select w.object, w.part, k.load_id
    from refused as w
    inner join meta.load_confirmation as k on k.rows_from is null and list_contains(k.parts, w.part)
    inner join standing as l on l.load_id = k.load_id and l.object = w.object
    union all
    -- a full export says of all that it lacks that it is not there, unless it was refused itself
    select w.object, w.part, l.load_id
    from refused as w
    inner join standing as l on l.object = w.object and l.load_id > w.load_id
    where json_extract_string(l.judged_by, '$.is_full') = 'true'
        and not list_contains(json_extract_string(l.judged_by, '$.parts_kept[*]'), w.part)
        and l.fetch_id not in (select fetch_id from judged where state = 'refused')
)
select w.object, w.part, w.load_id, w.reason
from refused as w
where not exists (
    select 1 from decided as d inner join standing as l on l.load_id = d.load_id
    where d.object = w.object and d.part = w.part and d.load_id > w.load_id
)
order by w.object, w.part
"""


def refused_parts(cut: str = NOW) -> str:
    """The statement that gives each part that waits at a cut, a relation of object and load_id."""
    return _PARTS.replace("__cut__", cut)


def refused_loads(parts: str) -> str:
    """The statement that groups refused parts by load and reason, for people: with their number, one of them, the file.

    `parts` is a statement that gives them, as `refused_parts` or the table meta.refused_part of a build does.
    """
    return f"""
select r.load_id, r.object, count(*) as parts, min(r.part) as such_as, r.reason, min(f.path) as file
from ({parts}) as r
left join (select load_id, min(path) as path from meta.file group by load_id) as f on f.load_id = r.load_id
group by r.load_id, r.object, r.reason
order by r.load_id, such_as
"""
