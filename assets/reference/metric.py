"""The ids that a file of figures may name: every KPI, and every measure that is not one.

A KPI keeps its handed-in figures in measures of its own, `supplied_<id>` above the line and `supplied_<id>_base`
below it, rather than in the measures that it shares with other KPIs: numerator and denominator then always come from
the same rows, and the leads of somebody's cost per lead never become the company's leads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipelines.configuration import Config, Kpi
from pipelines.kpi_parts import SUPPLIED, Measure, measures_of
from pipelines.listed_rows import Cell, listed_rows
from pipelines.tables import Table

HEADER = """-- The ids that a file of figures may name, and how their figures make up a period.
create table reference.metric (
  metric_id     varchar not null comment 'id of a KPI, or of a measure',
  measure       varchar not null comment 'measure of the figure, or of the part above the line',
  base_measure  varchar          comment 'measure of the part below the line; NULL when there is none',
  roll_up       varchar not null comment 'sum, last (of any period) or month (the last, and of months only)',
  is_monthly    boolean not null comment 'a figure speaks for its whole month',
  primary key (metric_id)
) as
"""
COLUMNS = ("metric_id", "measure", "base_measure", "roll_up", "is_monthly")


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    measures = measures_of(tables)
    return HEADER + listed_rows(COLUMNS, list(_metrics(config.kpis, measures)))


def _metrics(kpis: tuple[Kpi, ...], measures: Mapping[str, Measure]) -> Iterator[tuple[Cell, ...]]:
    for kpi in kpis:
        base = f"{SUPPLIED}{kpi.id}_base" if kpi.denominator or kpi.additivity == "ratio" else None
        yield kpi.id, f"{SUPPLIED}{kpi.id}", base, _roll_up(kpi, measures), "day" not in kpi.slices_by_grain
    known = {kpi.id for kpi in kpis}
    for name, measure in measures.items():
        if name not in known and not name.startswith(SUPPLIED):
            yield name, f"{SUPPLIED}{name}", None, "sum" if measure.adds_up else "month", False


def _roll_up(kpi: Kpi, measures: Mapping[str, Measure]) -> str:
    """Sums where parts may be summed; of a stock the last; what is counted for a period is of its month alone."""
    if kpi.additivity == "semi_additive":
        return "last"
    summed = [measures[name].adds_up or name.startswith(SUPPLIED) for name in kpi.measures]
    return "sum" if summed and all(summed) and kpi.additivity in ("additive", "ratio") else "month"
