"""How fresh each source is: when it was last read whole, and what is the matter with it now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from pipelines.alerts import Alert
from pipelines.inbox import KINDS
from pipelines.privacy import masked_text, printable
from pipelines.review.attention import Matter
from pipelines.review.grids import Cell, Column, Grid, GridRow
from pipelines.review.wording import MISSING, Wording

SIGNS = {"read": "✓", "silent": "!", "refused": "✕", "unavailable": "✕", "failed": "✕"}

# of the newest run the worst of what was said of a source; apart from it the last run in which all of it was read
APIS = """with run as (
    select source, run_id, max(business_date) as business_date, max(finished_at) as finished_at,
        min(case when state = 'read' then 1 else 0 end) = 1 as is_read,
        min(case when state <> 'read' then state end) as trouble,
        coalesce(string_agg(message, '; ' order by finished_at) filter (where state <> 'read'), '') as message
    from meta.source_outcome group by source, run_id
)
select source, max(case when is_read then business_date end), arg_max(coalesce(trouble, 'read'), finished_at),
    arg_max(message, finished_at)
from run where list_contains(?, source) group by source order by source"""
# of every object the newest load that was not taken back; the name is that of the file whose content it was
FILES = """with newest as (
    select object, max_by(l, l.load_id) as l from meta.load as l
    where l.source = 'file' and not exists (
        select 1 from meta.ruling as r where r.load_id = l.load_id and r.action = 'retract'
    )
    group by object
),
named as (
    select load_id, max_by(path, seen_at) as path from meta.file where load_id is not null group by load_id
)
select n.object, n.l.business_date, exists (select 1 from marts.refused_load as w where w.load_id = n.l.load_id),
    coalesce(f.path, '')
from newest as n left join named as f on f.load_id = coalesce(n.l.repeats, n.l.load_id)
order by n.object"""


@dataclass(frozen=True)
class SourceStanding:
    """An API, or a kind of file: `read_on` is the business date of the run that last read all of it."""

    name: str
    read_on: date | None
    days_ago: int | None
    state: str
    message: str
    newest_file: str


def read_sources(
    connection: duckdb.DuckDBPyConnection, business_date: date, apis: Sequence[str], alerts: Sequence[Alert]
) -> tuple[SourceStanding, ...]:
    """The APIs that are switched on, then the kinds of files, as they stood; those that an alert misses are silent."""
    missed = {alert.subject.replace(" ", "/", 1) for alert in alerts if alert.kind == "source silent"}
    told = [(*row, "") for row in connection.execute(APIS, [list(apis)]).fetchall()] + _kinds_of_files(connection)
    return tuple(
        SourceStanding(
            name,
            read_on,
            days_ago=(business_date - read_on).days if read_on else None,
            state="silent" if state == "read" and name in missed else state,
            # an answer may hold what was asked, a name of a file whatever its maker thought of
            message=printable(masked_text(message)),
            newest_file=printable(file),
        )
        for name, read_on, state, message, file in told
    )


def _kinds_of_files(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, date, str, str, str]]:
    """By folder of the inbox its newest load: of a kind that is several objects the newest of them."""
    kind_of = {output.object: kind.name for kind in KINDS.values() for output in kind.outputs}
    newest: dict[str, tuple[date, bool, str]] = {}
    for name, read_on, is_refused, file in connection.execute(FILES).fetchall():
        kind = f"inbox/{kind_of.get(name, name)}"
        newest[kind] = max(newest.get(kind, (read_on, False, "")), (read_on, is_refused, file))
    return [
        (kind, read_on, "refused" if is_refused else "read", "", file)
        for kind, (read_on, is_refused, file) in sorted(newest.items())
    ]


def source_matters(sources: Sequence[SourceStanding], wording: Wording) -> Iterator[Matter]:
    """What could not be read in the last run, or stays away; its figures stand on what was read before."""
    for one in sources:
        # what was refused is told among the loads that wait
        if one.state not in ("read", "refused"):
            name = _named(one, wording)
            stale = wording("today.stale", source=name, day=wording.day(one.read_on)) if one.read_on else ""
            yield Matter(
                "caution" if one.state == "silent" else "bad",
                SIGNS[one.state],
                wording(f"today.state.{one.state}"),
                stale or wording("today.never", source=name),
                "sources",
                wording.reason(one.message),
            )


def sources_grid(sources: Sequence[SourceStanding], wording: Wording) -> Grid | None:
    """A row per source; None before anything was read."""
    columns = (
        Column(wording("today.read_on"), is_number=False),
        Column(wording("today.days_ago")),
        Column(wording("today.source_state"), is_number=False),
    )
    rows = tuple(_row(one, wording) for one in sources)
    caption = wording("today.sources_caption")
    return Grid(caption, wording("today.source"), columns, rows, look="stacks") if rows else None


def _named(source: SourceStanding, wording: Wording) -> str:
    """A source by the name that people know; a kind of file by its folder."""
    return wording.known(f"source.{source.name}") or source.name


def _row(source: SourceStanding, wording: Wording) -> GridRow:
    said = wording.reason(source.message)
    return GridRow(
        _named(source, wording),
        (
            Cell(wording.day(source.read_on) if source.read_on else MISSING),
            Cell(MISSING if source.days_ago is None else wording.count(source.days_ago)),
            Cell(
                f"{SIGNS[source.state]} {wording(f'today.state.{source.state}')}",
                remarks=(said.text,),
                language=said.language,
            ),
        ),
        remark=source.newest_file,
    )
