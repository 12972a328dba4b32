"""A question over the world as SQL: groups, filters, order and totals with true distinct counts, late data by clock.

Only rows come out of here; wrapping them in messages belongs to `ga4_answers`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
from google.analytics.data_v1beta.types import MetricAggregation, OrderBy

from pipelines.sandbox.ga4_checks import Question, fields_of
from pipelines.sandbox.ga4_faults import CollapsedDay, Faults, Hidden, RolledUp, Withheld
from pipelines.sandbox.ga4_fields import DEMOGRAPHICS, DIMENSIONS, FEWEST_SHOWN, INTEGER, METRICS
from pipelines.sandbox.ga4_filters import condition

OTHER = "(other)"
USERS = "count(distinct visitor_id)"
_COHORT_TOTAL = """select count(distinct s.visitor_id) from session_row as s
  where s.shown_on <= $clock and s.first_session_day between asked.first_day and asked.begun_by"""

Values = list[tuple[str, ...]]


@dataclass
class _Sql:
    """The pieces of a statement and the values of its parameters."""

    dimensions: list[str]
    metrics: list[str]
    rows: str
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """An answer before it is a message: all rows as texts, in order, dimensions first."""

    dimensions: tuple[str, ...]
    rows: Values
    totals: Values


def evaluate(cursor: duckdb.DuckDBPyConnection, question: Question, clock: date, faults: Faults) -> Table:
    """The rows of a question as the world looks at six in the morning of the clock's day."""
    shown = [*question.dimensions, *(["dateRange"] if question.has_range_names else [])]
    sql = _pieces(question, clock, faults)
    rows = _rows(cursor, question, sql, faults, shown)
    is_totalled = MetricAggregation.TOTAL in question.request.metric_aggregations
    return Table(tuple(shown), rows, _totals(cursor, question, sql, shown) if is_totalled else [])


def _pieces(question: Question, clock: date, faults: Faults) -> _Sql:
    parameters: dict[str, Any] = {"clock": clock}
    asked = [METRICS[name] for name in question.metrics]
    hidden = {one.metric for one in faults.all(Hidden)}
    # GA4 reference §5: a restricted metric is all zeros
    metrics = ["0" if metric.name in hidden else metric.sql for metric in asked]
    ranges = []
    for position, one in enumerate(question.ranges):
        days = [f"cast(${name}_{position} as date)" for name in ("first", "last", "begun")]
        ranges.append(f"('{position}', {', '.join(days)})")
        parameters |= {f"first_{position}": one.first, f"last_{position}": one.last, f"begun_{position}": one.begun_by}
    wheres = ["shown_on <= $clock"]
    columns = "*"
    if question.is_of_cohorts:
        wheres.append("first_session_day between first_day and begun_by")
        columns = f"*, ({_COHORT_TOTAL}) as cohort_total"
    expressions = {name: one.sql for name, one in DIMENSIONS.items()}
    chosen = condition(question.request.dimension_filter, expressions, parameters)
    wheres += [chosen] if chosen else []
    if any(DIMENSIONS[name].scope != "time" for name in question.dimensions):
        for collapsed in faults.all(CollapsedDay):
            wheres.append(f"not (day = date '{collapsed.day}' and coalesce(session_id % {collapsed.one_of}, 0) <> 0)")
    rows = (
        f"(select {columns} from {_source(question)} "  # noqa: S608
        f"inner join (values {', '.join(ranges)}) as asked (range_no, first_day, last_day, begun_by) "
        f"on day between first_day and last_day where {' and '.join(wheres)})"
    )
    return _Sql([_dimension(name, rows, faults) for name in question.dimensions], metrics, rows, parameters)


def _source(question: Question) -> str:
    """Which rows can say something about the metrics: sessions, their pages and events, ad costs."""
    classes = {METRICS[name].metric_class for name in question.metrics}
    names = {*question.dimensions, *fields_of(question.request.dimension_filter)}
    kind = "event" if any(DIMENSIONS[name].scope == "event" for name in names) else ""
    if "pagePath" in names:
        sessions = "page_event_row" if kind else "page_row"
    else:
        sessions = "event_row" if kind else "session_row"
    if "F" not in classes:
        return sessions
    return "ad_row" if classes == {"F"} else f"(select * from {sessions} union all select * from ad_row)"  # noqa: S608


def _dimension(name: str, rows: str, faults: Faults) -> str:
    """The expression of a dimension, with its rare members rolled up when that is wanted."""
    sql = DIMENSIONS[name].sql
    for rolled in faults.all(RolledUp):
        if rolled.dimension == name:
            # GA4 reference §5: `(other)` is what did not fit into the aggregate table
            busiest = f"select {sql} from {rows} group by 1 order by count(*) desc, 1 limit {rolled.kept}"  # noqa: S608
            return f"case when ({sql}) in ({busiest}) then {sql} else '{OTHER}' end"
    return sql


def _rows(
    cursor: duckdb.DuckDBPyConnection, question: Question, sql: _Sql, faults: Faults, shown: Sequence[str]
) -> Values:
    dimensions = [f"{one} as d{position}" for position, one in enumerate(sql.dimensions)]
    if len(shown) > len(sql.dimensions):
        dimensions.append(f"range_no as d{len(sql.dimensions)}")
    metrics = [f"{one} as m{position}" for position, one in enumerate(sql.metrics)]
    grouped = f"group by {', '.join(str(place) for place in range(1, len(dimensions) + 1))}" if dimensions else ""
    statement = f"""
        select {", ".join(f"d{place}" for place in range(len(dimensions)))}{"," if dimensions else ""}
            {", ".join(f"m{place}" for place in range(len(metrics)))}
        from (select {", ".join([*dimensions, *metrics, f"{USERS} as users"])} from {sql.rows} {grouped})
        where {_kept(question, faults, sql.parameters)}
        order by {", ".join(_order(question, len(dimensions)))}"""  # noqa: S608
    found = _run(cursor, statement, sql.parameters)
    names = [one.name for one in question.ranges]
    return [_texts(row, question, len(dimensions), names if len(shown) > len(sql.dimensions) else []) for row in found]


def _kept(question: Question, faults: Faults, parameters: dict[str, Any]) -> str:
    """Which groups become rows."""
    kept = ["true"]
    if question.metrics and not question.request.keep_empty_rows:
        # GA4 reference §4: rows whose metrics are all 0 are dropped
        kept.append(f"({' or '.join(f'm{place} <> 0' for place in range(len(question.metrics)))})")
    names = {name: f"m{place}" for place, name in enumerate(question.metrics)}
    having = condition(question.request.metric_filter, names, parameters)
    kept += [having] if having else []
    kept += [f"users >= {one.minimum_users}" for one in faults.all(Withheld)]
    if DEMOGRAPHICS & {*question.dimensions}:
        kept.append(f"users >= {FEWEST_SHOWN}")
    return " and ".join(kept)


def _order(question: Question, dimension_count: int) -> list[str]:
    places = {name: f"d{place}" for place, name in enumerate(question.dimensions)}
    places |= {name: f"m{place}" for place, name in enumerate(question.metrics)}
    terms = []
    for order in question.request.order_bys:
        place = places[order.dimension.dimension_name or order.metric.metric_name]
        kind = order.dimension.order_type
        if kind == OrderBy.DimensionOrderBy.OrderType.NUMERIC:
            place = f"try_cast({place} as double)"
        elif kind == OrderBy.DimensionOrderBy.OrderType.CASE_INSENSITIVE_ALPHANUMERIC:
            place = f"lower({place})"
        terms.append(f"{place} desc" if order.desc else place)
    # GA4 reference §4: by default the first metric, descending
    if not terms and question.metrics:
        terms.append("m0 desc")
    # ties have no order that holds from one page to the next
    every = ", ".join(f"d{place}" for place in range(dimension_count)) or "1"
    return [*terms, f"hash({every}, {question.offset})"]


def _totals(cursor: duckdb.DuckDBPyConnection, question: Question, sql: _Sql, shown: Sequence[str]) -> Values:
    """GA4 reference §4: the total of users is the number of distinct ones in the whole query, per date range."""
    names = [one.name for one in question.ranges]
    marks = ["RESERVED_TOTAL"] * len(question.dimensions)
    statement = f"select {', '.join(['range_no', *sql.metrics])} from {sql.rows} group by 1 order by 1"  # noqa: S608
    found = _run(cursor, statement, sql.parameters)
    several = len(shown) > len(marks)
    return [
        _texts((*marks, *([number] if several else []), *values), question, len(shown), names if several else [])
        for number, *values in found
    ]


def _run(cursor: duckdb.DuckDBPyConnection, statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement that uses some of the parameters."""
    used = set(re.findall(r"\$(\w+)", statement))
    return cursor.execute(statement, {name: value for name, value in parameters.items() if name in used}).fetchall()


def _texts(row: tuple[Any, ...], question: Question, dimension_count: int, ranges: Sequence[str]) -> tuple[str, ...]:
    dimensions = list(row[:dimension_count])
    if ranges:
        dimensions[-1] = ranges[int(dimensions[-1])]
    metrics = zip(question.metrics, row[dimension_count:], strict=True)
    return (
        *dimensions,
        *(str(value) if METRICS[name].type == INTEGER else double_text(float(value)) for name, value in metrics),
    )


def double_text(value: float) -> str:
    """GA4 reference §5: 15 significant digits, 17 where 15 are not enough, whole numbers without a point."""
    short = f"{value:.15g}"
    return short if float(short) == value else f"{value:.17g}"
