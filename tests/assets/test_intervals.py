"""The intervals of the mart are those of the textbooks, as scipy computes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import sqrt

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nightly import shipped_project
from scipy.stats import binomtest, bootstrap, chi2, poisson

from pipelines.build import macros

COUNTS = st.one_of(st.integers(0, 1_000), st.integers(0, 50_000_000))


@pytest.fixture(scope="module")
def mart() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with what the mart's KPI table and its intervals are made from: what is configured, and no figures."""
    project, connection = shipped_project(), duckdb.connect()
    connection.execute("create schema marts; create schema measures; create schema reference;" + macros(project.config))
    for name in ("poisson_limit", "kpi_definition", "kpi_grain", "calendar", "period"):
        connection.execute(project.tables[f"reference.{name}"].statement())
    for name in (
        "marts.kpi_figure",
        "marts.kpi_derived",
        "marts.kpi_interval",
        "marts.kpi_part",
        "measures.social_post",
    ):
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


Post = tuple[int, int, int]


def difference_interval(
    connection: duckdb.DuckDBPyConnection, a: tuple[int, int], b: tuple[int, int]
) -> tuple[float, float]:
    """The interval of rate(B) - rate(A), of conversions and visitors."""
    connection.execute("delete from marts.kpi_part; delete from measures.social_post")
    counts = {"conversions_a": a[0], "visitors_a": a[1], "conversions_b": b[0], "visitors_b": b[1]}
    for name, count in counts.items():
        connection.execute(
            "insert into marts.kpi_part values (?, 'month', date '2026-05-01', 'test', 'it', ?, 0)",
            [f"ab_test_{name}", count],
        )
    query = shipped_project().tables["marts.kpi_interval"].query
    ((kpi_id, low, high),) = connection.execute(f"select kpi_id, ci_low, ci_high from ({query})").fetchall()
    assert kpi_id == "ab_test_uplift"
    return low, high


@pytest.mark.parametrize(
    ("b", "a", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
    ],
    ids=str,
)
def test_a_difference_of_rates_has_the_interval_of_newcombes_paper(
    mart: duckdb.DuckDBPyConnection, b: tuple[int, int], a: tuple[int, int], low: float, high: float
) -> None:
    assert difference_interval(mart, a, b) == pytest.approx((low, high), abs=5e-5)


@settings(max_examples=40, deadline=None)
@given(*[st.integers(0, 20_000) for _ in range(4)])
def test_newcombes_interval_adds_up_what_wilsons_limits_differ_by(
    mart: duckdb.DuckDBPyConnection, part_a: int, others_a: int, part_b: int, others_b: int
) -> None:
    a, b = (part_a, part_a + others_a + 1), (part_b, part_b + others_b + 1)
    of_a, of_b = (binomtest(*one).proportion_ci(method="wilson") for one in (a, b))
    rate_a, rate_b = a[0] / a[1], b[0] / b[1]
    low = rate_b - rate_a - sqrt((rate_b - of_b.low) ** 2 + (of_a.high - rate_a) ** 2)
    high = rate_b - rate_a + sqrt((of_b.high - rate_b) ** 2 + (rate_a - of_a.low) ** 2)
    assert difference_interval(mart, a, b) == pytest.approx((low, high), rel=1e-9, abs=1e-12)


def post_interval(connection: duckdb.DuckDBPyConnection, posts: Sequence[Post]) -> tuple[float, float]:
    """The interval of the engagement rate of a month; a post is a number, its engagements and its reach."""
    connection.execute("delete from marts.kpi_part; delete from measures.social_post")
    connection.executemany(
        """insert into measures.social_post by name select date '2026-05-04' as day, 'post ' || ? as row_key,
            'instagram' as platform, 'photo' as post_type, ? as reached_engagements, ? as engaged_reach""",
        posts,
    )
    query = shipped_project().tables["marts.kpi_interval"].query
    ((low, high),) = connection.execute(
        f"select ci_low, ci_high from ({query}) where grain = 'month' and slice = 'total'"
    ).fetchall()
    return low, high


def some_posts(count: int, seed: int) -> list[Post]:
    """Posts of very different reach, as they are."""
    rng = np.random.default_rng(seed)
    reach = rng.lognormal(7, 0.8, count).astype(int) + 20
    return [(number, int(rng.binomial(r, rng.beta(3, 60))), int(r)) for number, r in enumerate(reach)]


@pytest.mark.parametrize(("count", "seed"), [(30, 1), (60, 2), (150, 3)])
def test_a_rate_over_posts_has_the_bootstrap_interval_of_scipy(
    mart: duckdb.DuckDBPyConnection, count: int, seed: int
) -> None:
    posts = some_posts(count, seed)
    expected = bootstrap(
        tuple(np.array([post[column] for post in posts]) for column in (1, 2)),
        lambda engagements, reach, axis: engagements.sum(axis=axis) / reach.sum(axis=axis),
        paired=True,
        n_resamples=9_999,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    low, high = post_interval(mart, posts)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=0.08 * (expected.high - expected.low))
    assert low < sum(post[1] for post in posts) / sum(post[2] for post in posts) < high


def test_resampled_posts_give_the_same_interval_with_any_threads_and_order_of_rows(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    posts, found = some_posts(80, 4), set()
    for threads, order in ((1, posts), (4, posts[::-1]), (2, sorted(posts, key=lambda post: post[1]))):
        mart.execute(f"set threads = {threads}")
        found.add(post_interval(mart, order))
    assert len(found) == 1


def test_a_resample_has_a_post_as_often_as_a_poisson_distribution_of_mean_1_says() -> None:
    query = shipped_project().tables["marts.kpi_interval"].query
    bounds = [int(digits, 16) for digits in re.findall(r"< '([0-9a-f]{8})'", query)]
    assert bounds == [round(poisson.cdf(times, 1) * 16**8) for times in range(8)]
    assert all(low < high for low, high in pairwise(bounds))
