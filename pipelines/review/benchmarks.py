"""What others reach, beside the figures of the month: the benchmarks that a version froze, with who says so.

Which benchmark may be compared at all is decided in `marts.benchmark_gap`; here only the figure of the month is held
against those that may.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from pipelines.review.later_tables import rows_if_there
from pipelines.review.month import ClosedMonth, Definition, KpiValue
from pipelines.review.wording import Wording

TABLE = "snapshots.benchmark_gap"


@dataclass(frozen=True)
class Benchmark:
    """A range, or one figure when both ends are the same, and its source."""

    kpi_id: str
    low: float
    high: float
    source: str


@dataclass(frozen=True)
class BenchmarkLine:
    """How the month lies to a benchmark, in words, and who says so."""

    sentence: str
    source: str


def read_benchmarks(connection: duckdb.DuckDBPyConnection, snapshot_id: str) -> tuple[Benchmark, ...]:
    """The benchmarks of others that may be compared, as they were when the version was frozen."""
    rows = rows_if_there(
        connection,
        TABLE,
        f"""select kpi_id, benchmark_low, benchmark_high, source from {TABLE}
        where snapshot_id = ? and benchmark_id <> 'own_history' and refusal is null
        order by kpi_id, benchmark_id""",
        [snapshot_id],
    )
    return tuple(Benchmark(*row) for row in rows)


def benchmark_lines(month: ClosedMonth, definition: Definition, wording: Wording) -> tuple[BenchmarkLine, ...]:
    """The benchmarks of a KPI beside its figure of the month; none while that may still grow."""
    now = month.of_month(definition.kpi_id)
    if now is None or now.value is None or now.is_immature:
        return ()
    return tuple(
        BenchmarkLine(wording(f"benchmarks.{_place(now, one)}", figure=_figure(one, definition, wording)), one.source)
        for one in month.benchmarks
        if one.kpi_id == definition.kpi_id
    )


def _place(now: KpiValue, benchmark: Benchmark) -> str:
    """Above, below or within; unclear while the interval of the figure reaches the benchmark and is not all within."""
    assert now.value is not None  # noqa: S101 - the caller has looked
    low, high = (now.value if end is None else end for end in (now.ci_low, now.ci_high))
    if low > benchmark.high:
        return "above"
    if high < benchmark.low:
        return "below"
    return "within" if benchmark.low <= low and high <= benchmark.high else "unclear"


def _figure(benchmark: Benchmark, definition: Definition, wording: Wording) -> str:
    ends = [wording.figure(definition.kpi_id, definition.unit, end) for end in (benchmark.low, benchmark.high)]
    return ends[0] if benchmark.low == benchmark.high else wording("benchmarks.range", low=ends[0], high=ends[1])
