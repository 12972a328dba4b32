"""AOV is redefined from per order to per customer: old months stay, and the bridge explains all of the gap."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from nightly import new_warehouse, running_company, shipped_project
from redefining import aov_per_customer

from pipelines.build import Project, build
from pipelines.canonical import query_hash
from pipelines.configuration import config_from_texts
from pipelines.definitions import load_project
from pipelines.engines.duckdb import Warehouse
from pipelines.loads import current_cut
from pipelines.snapshots import BY_HAND, Cell, Certifier, Due, FrozenMonth, close_month, replay, version_of

pytestmark = pytest.mark.nights

JUNE, JULY, AUGUST = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)
MORNING = date(2026, 9, 8)
FROZEN = "select * from snapshots.kpi_value where snapshot_id in ('2026-06-v1', '2026-07-v1')"
CELL = ("snapshot_id", "kpi_id", "grain", "period_start", "slice", "member")


def redefined() -> Project:
    return load_project(config_from_texts(aov_per_customer(shipped_project().config.texts, AUGUST)))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """June and July closed as AOV was, then August and July again as it is; `unchanged` is what it would have been."""
    folder, project = tmp_path_factory.mktemp("kept"), redefined()
    with running_company(folder / "inbox") as company, closing(new_warehouse(folder / "w.duckdb")) as connection:
        company.night(connection, MORNING)
        for month in (JUNE, JULY):
            close_month(connection, shipped_project().tables, Due(month, BY_HAND), run_id="close")
        connection.execute("create schema unchanged")
        connection.execute(f"create table unchanged.frozen as select '{_hash_of_frozen(connection)}' as content")
        connection.execute("create table unchanged.kpi_value as select * from marts.kpi_value")
        build(connection, project, current_cut(connection), run_id="redefined", business_date=MORNING)
        for month in (JULY, AUGUST):
            close_month(connection, project.tables, Due(month, BY_HAND), run_id="close")
    return folder / "w.duckdb"


@pytest.fixture(scope="module")
def warehouse(kept: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(kept), read_only=True) as connection:
        yield connection


def _hash_of_frozen(connection: duckdb.DuckDBPyConnection) -> str:
    return query_hash(connection, FROZEN, CELL)


def test_nothing_but_aov_and_what_is_made_of_it_differs_from_august_on(warehouse: duckdb.DuckDBPyConnection) -> None:
    differing = warehouse.execute(
        """select distinct kpi_id, definition_version from (
            (select * from marts.kpi_value except all select * from unchanged.kpi_value)
            union all (select * from unchanged.kpi_value except all select * from marts.kpi_value)
        ) where not (kpi_id in ('aov', 'expected_revenue') and period_start >= ?)""",
        [AUGUST],
    ).fetchall()
    assert differing == []
    ((product, factor, sales),) = warehouse.execute(
        """select max(case when kpi_id = 'expected_revenue' then value end),
            max(case when kpi_id = 'aov' then value end), max(case when kpi_id = 'sales_volume' then value end)
        from marts.kpi_value where grain = 'month' and slice = 'total' and period_start = ?""",
        [AUGUST],
    ).fetchall()
    assert product == pytest.approx(factor * sales, abs=1e-6)
    ((cells, versions),) = warehouse.execute(
        """select count(*), list(distinct definition_version) from marts.kpi_value
        where kpi_id = 'aov' and period_start < ?""",
        [AUGUST],
    ).fetchall()
    assert cells > 300 and versions == [1]


def test_a_quarter_that_began_before_the_change_is_counted_by_the_definition_of_its_first_day(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = warehouse.execute(
        """select grain, period_start, definition_version from marts.kpi_value
        where kpi_id = 'aov' and slice = 'total' and (grain in ('quarter', 'month', 'year')
            or (grain = 'week' and period_start between '2026-07-27' and '2026-08-03'))
            and period_start >= '2026-07-01' order by grain, period_start"""
    ).fetchall()
    assert rows == [
        ("month", JULY, 1),
        ("month", AUGUST, 2),
        ("month", date(2026, 9, 1), 2),
        ("quarter", JULY, 1),
        ("week", date(2026, 7, 27), 1),
        ("week", date(2026, 8, 3), 2),
    ]


def test_the_bridge_is_what_both_definitions_give_to_the_last_digit(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The old side is what the month would have said had nothing changed, the new side what it says."""
    of_august = "where kpi_id = 'aov' and grain = 'month' and period_start = '2026-08-01'"
    parts = "slice, member, numerator, denominator, value"
    for side, table in (("old", "unchanged.kpi_value"), ("new", "marts.kpi_value")):
        bridge = warehouse.execute(
            f"""select slice, member, {side}_numerator, {side}_denominator, {side}_value from marts.definition_bridge
            where kpi_id = 'aov' and from_version = 1 and to_version = 2 order by all"""
        ).fetchall()
        said = warehouse.execute(f"select {parts} from {table} {of_august} order by all").fetchall()
        assert bridge == said and len(said) > 5


def test_orders_per_customer_explain_all_of_the_gap(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        """select b.old_numerator, b.old_denominator, b.new_numerator, b.new_denominator, o.value, c.value
        from marts.definition_bridge as b
        inner join marts.kpi_part as o on o.measure = 'order_count' and o.grain = b.grain
            and o.period_start = b.period_start and o.slice = b.slice and o.member = b.member
        inner join marts.kpi_part as c on c.measure = 'ordering_customers' and c.grain = b.grain
            and c.period_start = b.period_start and c.slice = b.slice and c.member = b.member
        where b.old_denominator > 0 and b.new_denominator > 0"""
    ).fetchall()
    gaps = []
    for amount, orders, same_amount, customers, counted_orders, counted_customers in rows:
        per_order, per_customer = Fraction(amount) / Fraction(orders), Fraction(same_amount) / Fraction(customers)
        assert per_customer == per_order * Fraction(counted_orders) / Fraction(counted_customers)
        gaps.append(per_customer - per_order)
    assert len(gaps) > 5 and any(gaps), "somebody ordered twice, or there is nothing to explain"


def test_the_months_that_were_closed_before_are_as_they_were_frozen(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.execute("select content from unchanged.frozen").fetchall() == [(_hash_of_frozen(warehouse),)]


def test_july_closed_again_is_still_per_order(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        """select snapshot_id, definition_version, value from snapshots.kpi_value
        where kpi_id = 'aov' and grain = 'month' and slice = 'total' order by snapshot_id"""
    ).fetchall()
    (june, july, july_again, august) = rows
    assert [row[:2] for row in rows] == [("2026-06-v1", 1), ("2026-07-v1", 1), ("2026-07-v2", 1), ("2026-08-v1", 2)]
    assert july[2] == july_again[2] and june[2] and august[2]


def test_the_bridge_is_frozen_with_the_month_the_definition_begins_in(warehouse: duckdb.DuckDBPyConnection) -> None:
    frozen = warehouse.execute("select * from snapshots.definition_bridge order by all").fetchall()
    mart = warehouse.execute("select '2026-08-v1', * from marts.definition_bridge order by all").fetchall()
    assert frozen == mart and len(frozen) > 5


@pytest.mark.parametrize(("month", "number"), [(JULY, 1), (JULY, 2), (AUGUST, 1)])
def test_every_version_replays_under_its_own_definition(kept: Path, tmp_path: Path, month: date, number: int) -> None:
    copy = Warehouse(shutil.copyfile(kept, tmp_path / "warehouse.duckdb"), 1)
    with copy.looked_into(purpose="test") as connection:
        version = version_of(connection, month, number)
    with copy.beside_scratch(purpose="test") as scratch:
        assert replay(scratch, version).is_equal


@pytest.mark.parametrize(("month", "number", "measure"), [(JULY, 2, "order_count"), (AUGUST, 1, "ordering_customers")])
def test_a_certificate_names_the_definition_that_the_month_was_counted_by(
    kept: Path, tmp_path: Path, month: date, number: int, measure: str
) -> None:
    copy = Warehouse(shutil.copyfile(kept, tmp_path / "warehouse.duckdb"), 1)
    with copy.looked_into(purpose="test") as connection:
        version = version_of(connection, month, number)
    with copy.beside_scratch(purpose="test") as scratch:
        certificate = Certifier(FrozenMonth(scratch, version)).certificate(Cell("aov"))
    assert certificate.definition["denominator_measure"] == measure
    assert certificate.contributions.number > 1
