"""The intervals of the mart are those of the textbooks, as scipy computes them."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nightly import shipped_project
from scipy.stats import binomtest, chi2

from pipelines.build import macros

COUNTS = st.one_of(st.integers(0, 1_000), st.integers(0, 50_000_000))


@pytest.fixture(scope="module")
def mart() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with what the mart's KPI table is made from, empty but for the limits."""
    project, connection = shipped_project(), duckdb.connect()
    connection.execute("create schema marts; create schema reference;" + macros(project.config))
    connection.execute(project.tables["reference.poisson_limit"].statement())
    for name in ("marts.kpi_figure", "marts.kpi_derived"):
        columns = ", ".join(f"{column.name} {column.type}" for column in project.tables[name].columns)
        connection.execute(f"create table {name} ({columns})")
    yield connection
    connection.close()


def interval(
    connection: duckdb.DuckDBPyConnection, kind: str, above: str, below: str, unit: str
) -> tuple[float, float]:
    """The interval of one figure."""
    connection.execute("delete from marts.kpi_figure")
    connection.execute(
        """insert into marts.kpi_figure by name select 'it' as kpi_id, true as is_valid, $kind as interval_kind,
            $unit as unit, cast($above as decimal(38, 6)) as numerator,
            cast($below as decimal(38, 6)) as denominator""",
        {"kind": kind, "unit": unit, "above": above, "below": below},
    )
    query = shipped_project().tables["marts.kpi_value"].query
    ((low, high),) = connection.execute(f"select ci_low, ci_high from ({query})").fetchall()
    return low, high


def mean_of(count: int) -> tuple[float, float]:
    """Garwood's interval of the mean of a Poisson count."""
    low = float(chi2.ppf(0.025, 2 * count)) / 2 if count else 0.0
    return low, float(chi2.ppf(0.975, 2 * count + 2)) / 2


@settings(max_examples=60, deadline=None)
@given(COUNTS)
def test_a_count_per_exposure_has_the_exact_poisson_interval(mart: duckdb.DuckDBPyConnection, count: int) -> None:
    assert interval(mart, "poisson_count_95", str(count), "1000", "ratio") == pytest.approx(
        tuple(limit / 1000 for limit in mean_of(count)), rel=1e-11, abs=0
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 50_000_000))
def test_a_cost_per_count_is_turned_round(mart: duckdb.DuckDBPyConnection, count: int) -> None:
    low, high = mean_of(count)
    assert interval(mart, "poisson_count_95", "2500.50", str(count), "EUR") == pytest.approx(
        (2500.50 / high, 2500.50 / low), rel=1e-11, abs=0
    )


@pytest.mark.parametrize(
    ("above", "below", "unit"),
    [("2.5", "10", "ratio"), ("100", "2.5", "EUR"), ("-1", "10", "ratio"), ("3", "0", "ratio"), ("0", "0", "EUR")],
)
def test_what_is_no_count_has_no_poisson_interval(
    mart: duckdb.DuckDBPyConnection, above: str, below: str, unit: str
) -> None:
    assert interval(mart, "poisson_count_95", above, below, unit) == (None, None)


@pytest.mark.parametrize("unit", ["ratio", "EUR"])
def test_a_figure_without_a_kind_of_interval_has_none(mart: duckdb.DuckDBPyConnection, unit: str) -> None:
    assert interval(mart, None, "40", "100", unit) == (None, None)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 100_000))
def test_a_part_of_a_whole_has_the_wilson_interval(mart: duckdb.DuckDBPyConnection, part: int, others: int) -> None:
    whole = part + others
    expected = binomtest(part, whole).proportion_ci(method="wilson")
    assert interval(mart, "wilson_95", str(part), str(whole), "ratio") == pytest.approx(
        (expected.low, expected.high), rel=1e-9, abs=1e-12
    )
