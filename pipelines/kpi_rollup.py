"""The one roll-up of all contributions: from measure tables to the text of the long table of parts.

Adds up by day, long tails by month, then by longer periods, and bounds the long tails. What a table measures belongs
to `kpi_parts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pipelines.kpi_parts import GRAINS, columns_of, counted_measures, fetched_grains, has_further_slices
from pipelines.slices import BY_DAY, KEPT_MEMBERS, LONG_TAILS, REST, WITHHELD
from pipelines.tables import Table

TAILS = frozenset(LONG_TAILS)
# more members than a month has
AFTER_LEADING = 1_000_000_000


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names) or "''"


MONTH = "cast(date_trunc('month', day) as date)"
LISTED_TAILS = _listed(LONG_TAILS)
BOUNDED = f"""bounded_part as (
  select
    p.measure, p.day, p.slice,
    case
      when p.slice not in ({LISTED_TAILS}) or k.member is not null or p.member = '{WITHHELD}' then p.member
      else '{REST}'
    end as member,
    p.value, p.unpriced_rows
  from day_part as p
  left join kept_member as k
    on k.slice = p.slice and k.month = cast(date_trunc('month', p.day) as date) and k.member = p.member
)"""


def parts_query(tables: Mapping[str, Table]) -> str:
    """The query of the long table: measure, grain, period_start, slice, member, value, unpriced_rows."""
    contributions = [t for t in tables.values() if t.schema == "measures" and "measures" not in t.words]
    counted = [t for t in tables.values() if t.schema == "measures" and "measures" in t.words]
    contributions.sort(key=lambda t: t.name)
    counted.sort(key=lambda t: t.name)
    steps = [_daily(table) for table in contributions]
    long_rows = "\n  union all\n".join(row for table in contributions for row in _long(table))
    grains = "\nunion all\n".join(_at(grain) for grain in GRAINS)
    fetched = "".join(f"\nunion all\n{_counted(table)}" for table in counted)
    steps += [f"day_part as (\n{long_rows}\n)", _kept_members(contributions, counted), BOUNDED]
    return "with " + ",\n".join(steps) + f"\n{grains}{fetched}"


def _kept_members(contributions: Sequence[Table], counted: Sequence[Table]) -> str:
    """The largest members of each long tail and month: one list for all measures, so that ratios keep their parts.

    A member is as large as the best place it has in any table, by the first measure of the table; what only other
    measures know of comes after those.
    """
    leading = [columns_of(table, "measure")[0] for table in contributions if TAILS & {*columns_of(table, "slice")}]
    long_tailed = [table for table in counted if TAILS & fetched_grains(table).get("month", frozenset())]
    found = [
        "    select measure, slice, cast(date_trunc('month', day) as date) as month, member, sum(value) as size,\n"
        f"      case when measure in ({_listed(leading)}) then 0 else {AFTER_LEADING} end as after\n"
        f"    from day_part where slice in ({LISTED_TAILS})\n"
        "    group by measure, slice, cast(date_trunc('month', day) as date), member"
    ]
    found += [
        "    select measure, slice, period_start as month, member, value as size, 0 as after\n"
        f"    from {table.name} where grain = 'month' and slice in ({LISTED_TAILS}){_leading(table)}"
        for table in long_tailed
    ]
    sized = "\n    union all\n".join(found)
    return f"""kept_member as (
  select slice, month, member
  from (
    select slice, month, member, row_number() over (partition by slice, month order by min(place), member) as place
    from (
      select
        slice, month, member,
        row_number() over (partition by measure, slice, month order by size desc nulls last, member) + after as place
      from (
{sized}
      ) as sized
    ) as placed
    group by slice, month, member
  ) as ordered
  where place <= {KEPT_MEMBERS}
)"""


def _leading(table: Table) -> str:
    """By which measure the members of a table are large; measures that have nothing to do with each other all tell."""
    return "" if table.words.get("kept") == "by every measure" else f" and measure = '{counted_measures(table)[0]}'"


def _daily(table: Table) -> str:
    """One step per table: its measures by day, in total and by each slice; further slices have no total.

    A long tail that has no days is summed by month at once: `day` is the first of it.

    A row whose slice is NULL counts for no member of it; where a column says which rows make the total, no other does.
    """
    unpriced = columns_of(table, "unpriced")
    sums = [f"sum({name}) as {name}" for name in columns_of(table, "measure")]
    sums.append(f"sum({unpriced[0]}) as unpriced_rows" if unpriced else "0 as unpriced_rows")
    summed = ", ".join(sums)
    makes_total = "".join(f" and {name}" for name in columns_of(table, "total"))
    of_total = (
        f"  select day, 'total' as slice, '' as member, {summed}\n"
        f"  from {_counting_days(table)}{makes_total}\n  group by day"
    )
    selects = [] if has_further_slices(table) else [of_total]
    for name in columns_of(table, "slice"):
        day = "day" if name in BY_DAY or name not in TAILS else MONTH
        selects.append(
            f"  select {day} as day, '{name}' as slice, {name} as member, {summed}\n"
            f"  from {_counting_days(table)} and {name} is not null\n  group by {day}, {name}"
        )
    return f"{_short(table)}_day as (\n" + "\n  union all\n".join(selects) + "\n)"


def _counting_days(table: Table) -> str:
    return f"{table.name} cross join meta.business_date as b\n  where day < b.business_date"


def _long(table: Table) -> Iterable[str]:
    """One row per measure, for the members that some row contributes to: NULL says that a row does not.

    In a table with `nulls: unknown` it says that the source did not tell: then the member is unknown.
    """
    is_unknown = table.words.get("nulls") == "unknown"
    for name in columns_of(table, "measure"):
        unpriced = "unpriced_rows" if name.endswith("_eur") else "0"
        yield (
            f"  select '{name}' as measure, day, slice, member, cast({name} as decimal(38, 6)) as value, "
            f"{unpriced} as unpriced_rows\n  from {_short(table)}_day"
            + ("" if is_unknown else f"\n  where {name} is not null or {unpriced} > 0")
        )


def _at(grain: str) -> str:
    start = "day" if grain == "day" else f"cast(date_trunc('{grain}', day) as date)"
    if grain == "day":
        where = f"where slice in ({_listed(BY_DAY)})\n"
    else:
        where = "" if grain == "month" else f"where slice not in ({LISTED_TAILS})\n"
    return (
        f"select measure, '{grain}' as grain, {start} as period_start, slice, member, sum(value) as value,\n"
        f"  sum(unpriced_rows) as unpriced_rows\nfrom bounded_part\n{where}group by measure, {start}, slice, member"
    )


def _counted(table: Table) -> str:
    """Figures that are never summed have no rest: only the members that are kept."""
    return (
        "select c.measure, c.grain, c.period_start, c.slice, c.member, c.value, 0 as unpriced_rows\n"
        f"from {table.name} as c\ncross join meta.business_date as b\nleft join kept_member as k\n"
        "  on k.slice = c.slice and k.member = c.member"
        " and k.month = cast(date_trunc('month', c.period_start) as date)\n"
        "where c.period_start < b.business_date\n"
        f"  and (k.member is not null or c.slice not in ({LISTED_TAILS}))"
    )


def _short(table: Table) -> str:
    return table.name.partition(".")[2]
