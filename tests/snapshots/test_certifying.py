"""A closed number is certified by the rows of its frozen loads: they sum to it, and none of them was changed since."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from two_months import JULY

from pipelines.engines.duckdb import KEPT, Warehouse
from pipelines.failures import DataFailed, WrongUse
from pipelines.privacy import masked_text
from pipelines.snapshots import Cell, Certificate, Certifier, FrozenMonth, content_hash, version_of
from pipelines.stored_texts import stored_recipe

pytestmark = pytest.mark.nights

VIEWS, TABLES = frozenset({"staging", "measures"}), frozenset[str]()


@pytest.fixture
def warehouse(kept: Path, tmp_path: Path) -> Warehouse:
    return Warehouse(shutil.copyfile(kept, tmp_path / "warehouse.duckdb"), 1)


@contextmanager
def certifier(warehouse: Warehouse, number: int = 1, views: frozenset[str] = VIEWS) -> Iterator[Certifier]:
    with warehouse.looked_into(purpose="test") as connection:
        version = version_of(connection, JULY, number)
    with warehouse.beside_scratch(purpose="test") as scratch:
        yield Certifier(FrozenMonth(scratch, version, views))


Rows = list[dict[str, Any]]


def certified(warehouse: Warehouse, kpi_id: str, *of: str) -> tuple[Certificate, Rows, Rows]:
    """The certificate of a number of the first version of July, its rows and its loads."""
    with certifier(warehouse) as one:
        certificate = one.certificate(Cell(kpi_id, *of))
        return certificate, list(certificate.contributions.rows()), certificate.contributions.loads()


def spoiled(warehouse: Warehouse, statement: str) -> None:
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        changed = connection.execute(statement).fetchall()
    assert changed != [(0,)]


def forged(warehouse: Warehouse, statement: str) -> None:
    """Frozen rows changed by somebody who knows how to write the hash of the version anew."""
    spoiled(warehouse, statement)
    with duckdb.connect(str(warehouse.path)) as connection:
        version = version_of(connection, JULY, 1)
        tables = stored_recipe(connection, version.recipe, version.snapshot_id).tables
        connection.execute(
            "update snapshots.snapshot set content_sha256 = ? where snapshot_id = ?",
            [content_hash(connection, tables, version.snapshot_id), version.snapshot_id],
        )


def test_the_rows_of_every_number_sum_to_it_after_loads_models_and_configuration_moved_on(warehouse: Warehouse) -> None:
    with certifier(warehouse, 1, TABLES) as one:
        cells = one.cells()
        assert len(cells) > 2000 and {cell.slice for cell in cells} > {"total", "channel", "campaign", "query", "store"}
        made_of_others = {cell.kpi_id for cell in cells if not is_the_sum_of_its_rows(one.certificate(cell))}
    assert made_of_others == {"expected_orders", "expected_revenue", "required_stage_volume"}


def is_the_sum_of_its_rows(certificate: Certificate) -> bool:
    """Whether both parts are what rows sum to; what is not is made of other KPIs and has no rows at all."""
    sums = {name: part.amount for name, part in certificate.contributions.sums.items()}
    if (
        not sums
        and certificate.definition["numerator_measure"] is None
        and certificate.figures["numerator"] is not None
    ):
        return False
    for part in ("numerator", "denominator"):
        assert sums.get(part, Decimal(0)) == (certificate.figures[part] or 0), (certificate.cell, part)
    return True


def test_a_product_names_its_factors_with_their_frozen_figures(warehouse: Warehouse) -> None:
    with certifier(warehouse) as one:
        orders = one.certificate(Cell("expected_orders"))
        revenue = one.certificate(Cell("expected_revenue", "channel", "Email"))
        factor = one.certificate(Cell("aov", "channel", "Email"))
    assert [component.kpi_id for component in orders.components] == ["users", "ecommerce_conversion_rate"]
    users, rate = (component.figures["value"] for component in orders.components)
    assert float(orders.figures["numerator"]) == pytest.approx(users * rate, abs=1e-6)
    assert {(component.slice, component.member) for component in revenue.components} == {("channel", "Email")}
    assert {component.taken_from for component in revenue.components} == {"2026-07-v1"}
    assert {**factor.figures, **revenue.components[1].figures} == factor.figures


def test_what_the_plan_asks_for_names_the_rates_between_the_stage_and_the_customer(warehouse: Warehouse) -> None:
    steps = ["opportunity_to_customer_rate", "sql_to_opportunity_rate", "mql_to_sql_rate", "lead_to_mql_rate"]
    with certifier(warehouse) as one:
        lead, sql = (one.certificate(Cell("required_stage_volume", "stage", stage)) for stage in ("lead", "sql"))
        total = one.certificate(Cell("required_stage_volume"))
    assert [component.kpi_id for component in lead.components] == steps
    assert [component.kpi_id for component in sql.components] == steps[:2]
    assert total.components == lead.components and total.figures["numerator"] == lead.figures["numerator"]
    won = lead.components[0]
    assert (won.figures["numerator"], won.figures["denominator"]) == (1, 3)
    assert won.taken_from.startswith("B05, ") and won.taken_from.endswith("(no cohort is ripe)")


def test_a_kpi_that_was_defined_after_the_close_is_told_as_such(warehouse: Warehouse) -> None:
    spoiled(
        warehouse,
        """insert into reference.kpi by name
        select * replace ('brand_new' as kpi_id) from reference.kpi where kpi_id = 'new_leads'""",
    )
    why = "KPI 'brand_new': it was defined after 2026-07-v1 was closed: see `kpi restatement 2026-07`"
    with pytest.raises(WrongUse, match=why):
        certified(warehouse, "brand_new")


def test_a_version_takes_what_it_froze_and_nothing_that_it_does_not_know(warehouse: Warehouse) -> None:
    with warehouse.beside_scratch(purpose="test") as scratch:
        month = FrozenMonth(scratch, version_of(scratch, JULY, 1, KEPT))
        month.take_frozen("reference.kpi", "marts.kpi_value", "reference.of_a_later_release")
        made = scratch.execute(
            """select schema_name || '.' || table_name from duckdb_tables()
            where database_name = current_database() and schema_name in ('reference', 'marts')"""
        ).fetchall()
        frozen = scratch.execute("select count(*) from kept.snapshots.kpi where snapshot_id = '2026-07-v1'").fetchall()
        assert made == [("reference.kpi",)]
        assert scratch.execute("select count(*) from reference.kpi").fetchall() == frozen


@pytest.mark.parametrize("kpi_id", ["expected_orders", "required_stage_volume"])
def test_a_forged_number_of_other_kpis_is_not_what_they_come_to(warehouse: Warehouse, kpi_id: str) -> None:
    forged(warehouse, f"update snapshots.kpi_value set numerator = numerator + 1 where kpi_id = '{kpi_id}'")
    with pytest.raises(DataFailed, match=rf"2026-07-v1 {kpi_id}: made again it is \d+\.0+, and it was frozen as \d+"):
        certified(warehouse, kpi_id)


def test_a_product_is_not_certified_when_a_row_of_a_factor_was_changed(warehouse: Warehouse) -> None:
    spoiled(warehouse, "update raw.ga4_period set new_users = new_users + 1 where period_start = '2026-07-01'")
    with pytest.raises(DataFailed, match=r"2026-07-v1 users: .* are not those that were stored"):
        certified(warehouse, "expected_orders")


def test_a_part_that_is_known_has_its_rows_though_the_other_is_not(warehouse: Warehouse) -> None:
    certificate, rows, _ = certified(warehouse, "cpl_media", "campaign", "(unknown)")
    assert certificate.figures["numerator"] is None
    assert {row["part"] for row in rows} == {"denominator"}
    assert sum(row["amount"] for row in rows) == certificate.figures["denominator"] > 0


def test_each_version_is_explained_by_the_loads_and_models_of_its_own_day(warehouse: Warehouse) -> None:
    loads = []
    for number in (1, 2):
        with certifier(warehouse, number) as one:
            loads.append(one.certificate(Cell("mqls")).contributions.load_ids)
    assert set(loads[0]) < set(loads[1])


def test_a_certificate_tells_what_was_counted_and_where_it_came_from(warehouse: Warehouse) -> None:
    certificate, rows, (load,) = certified(warehouse, "bounce_rate", "channel", "Email")
    assert certificate.definition == {
        "name_en": "Bounce rate (website)",
        "formula": "sessions that were not engaged / sessions",
        "numerator_measure": "bounced_sessions",
        "denominator_measure": "sessions",
        "denominator_slice": None,
    }
    assert certificate.figures["value"] == pytest.approx(
        float(certificate.figures["numerator"] / certificate.figures["denominator"])
    )
    assert {row["channel"] for row in rows} == {"Email"} and {row["object"] for row in rows} == {"ga4.channel_day"}
    assert [row["part"] for row in rows] == sorted((row["part"] for row in rows), reverse=True)
    assert all(JULY <= row["day"] < date(2026, 8, 1) for row in rows)
    assert load["object"] == "ga4.channel_day" and load["window_from"] <= JULY and load["path"] is None


def test_pages_follow_each_other_from_the_numerator_into_the_denominator(warehouse: Warehouse) -> None:
    with certifier(warehouse) as one:
        contributions = one.certificate(Cell("bounce_rate", "channel", "Email")).contributions
        rows = list(contributions.rows())
        pages = [list(contributions.rows(first, 7)) for first in range(0, contributions.number + 7, 7)]
    assert [row for page in pages for row in page] == rows and len(rows) == contributions.number > 50
    assert pages[-1] == [] or len(pages[-1]) < 7


def test_rows_of_files_name_the_file(warehouse: Warehouse) -> None:
    _, rows, loads = certified(warehouse, "revenue")
    paths = {row["object"]: row["path"] for row in rows}
    assert paths["shop_order"] == paths["refund"] == "orders/orders_2026-08-06.csv"
    assert {load["path"] for load in loads} == set(paths.values())


def test_a_figure_that_was_counted_elsewhere_is_one_row_with_the_loads_of_its_period(warehouse: Warehouse) -> None:
    certificate, rows, loads = certified(warehouse, "users", "channel", "Email")
    assert [(row["row"], row["amount"]) for row in rows] == [("users", certificate.figures["numerator"])]
    assert {load["object"] for load in loads} == {"ga4.period"}


def test_a_number_that_is_not_there_has_a_reason_and_no_rows(warehouse: Warehouse) -> None:
    forged(
        warehouse,
        """update snapshots.kpi_value set numerator = null, denominator = null, value = null, status = 'no_source',
        status_reason = 'no source is configured or was ever loaded' where kpi_id = 'aov' and grain = 'month'""",
    )
    certificate, rows, loads = certified(warehouse, "aov")
    assert rows == loads == []
    assert certificate.figures["status_reason"] == "no source is configured or was ever loaded"


FLIPPED = {
    "a column that no number uses": "update raw.ga4_channel_day set screen_page_views = screen_page_views + 1",
    "a sum": "update raw.ga4_channel_day set sessions = sessions + 1",
    "two rows that make up for each other": """update raw.ga4_channel_day as r set sessions = case
        when device_category = 'mobile' then sessions + 1 else sessions - 1 end""",
}


@pytest.mark.parametrize("what", FLIPPED)
def test_a_raw_row_that_was_changed_by_hand_is_told_with_its_load_and_part(warehouse: Warehouse, what: str) -> None:
    spoiled(warehouse, f"{FLIPPED[what]} where part = '2026-07-05' and session_default_channel_group = 'Direct'")
    why = r"rows of load \d+ \(ga4\.channel_day, part 2026-07-05\) are not those that were stored"
    with pytest.raises(DataFailed, match=f"2026-07-v1 sessions: {why}"):
        certified(warehouse, "sessions")


@pytest.mark.parametrize(
    ("statement", "cell"),
    [
        ("update raw.lead set region = 'elsewhere' where lead_id = 'L-000050'", "new_leads"),
        ("insert into raw.shop_order select * from raw.shop_order limit 1", "orders"),
        ("delete from raw.lead_stage where stage = 'mql'", "mqls"),
        ("update raw.ga4_period set new_users = new_users + 1 where period_start = '2026-07-01'", "users"),
    ],
    ids=["a column", "a row too many", "rows gone", "a period"],
)  # fmt: skip
def test_rows_of_files_and_periods_are_held_against_their_hash_too(
    warehouse: Warehouse, statement: str, cell: str
) -> None:
    spoiled(warehouse, statement)
    with pytest.raises(DataFailed, match="are not those that were stored"):
        certified(warehouse, cell)


def test_damage_outside_the_month_does_not_concern_its_visits(warehouse: Warehouse) -> None:
    spoiled(warehouse, "update raw.ga4_channel_day set sessions = sessions + 1 where part = '2026-08-05'")
    certificate, rows, _ = certified(warehouse, "sessions")
    assert sum(row["amount"] for row in rows) == certificate.figures["numerator"]


@pytest.mark.parametrize("change", ["value = 999999", "numerator = null", "trust = 'bad'"])
def test_no_number_of_a_version_that_was_changed_by_hand_is_certified(warehouse: Warehouse, change: str) -> None:
    spoiled(warehouse, f"update snapshots.kpi_value set {change} where kpi_id = 'email_open_rate'")
    with pytest.raises(DataFailed, match="2026-07-v1: rows that it froze were changed"):
        certified(warehouse, "orders")


def test_a_frozen_figure_that_was_forged_is_not_what_the_rows_sum_to(warehouse: Warehouse) -> None:
    forged(warehouse, "update snapshots.kpi_value set numerator = numerator + 1 where kpi_id = 'orders'")
    with pytest.raises(DataFailed, match=r"2026-07-v1 orders: the rows sum to \d+\.0+, and the numerator was frozen"):
        certified(warehouse, "orders")


def test_leads_and_customers_are_named_by_the_id_of_the_crm_and_nobody_by_address(warehouse: Warehouse) -> None:
    kpis = ("new_leads", "mqls", "customers", "orders", "revenue")
    with certifier(warehouse) as one:
        given = [list(one.certificate(Cell(kpi)).contributions.rows()) for kpi in kpis]
    leads, mqls, *others = given
    assert {row["row"] for row in leads} > {"lead L-000050"} and {row["row"] for row in mqls} > {"lead L-000050 mql"}
    assert any(row["row"].startswith("order O-") for rows in others for row in rows)
    texts = [cell for rows in given for row in rows for cell in row.values() if isinstance(cell, str)]
    assert [text for text in texts if masked_text(text) != text] == []


def test_a_person_without_an_id_is_a_number(warehouse: Warehouse) -> None:
    spoiled(warehouse, "delete from raw.person where source_id = 'L-000050'")
    certificate, rows, _ = certified(warehouse, "new_leads")
    numbers = [row["row"] for row in rows if row["row"].removeprefix("lead ").isdigit()]
    assert len(numbers) == 1 and "lead L-000050" not in {row["row"] for row in rows}
    assert len(rows) == certificate.figures["numerator"]


def test_a_warehouse_of_an_earlier_release_knows_neither_ids_nor_columns_nor_checksums(warehouse: Warehouse) -> None:
    for column in ("raw.person drop source_id", "meta.load drop columns", "meta.load_part drop checksum"):
        spoiled(warehouse, f"alter table {column}")
    assert certified(warehouse, "sessions")[1]
    _, rows, _ = certified(warehouse, "new_leads")
    assert all(row["row"].removeprefix("lead ").isdigit() for row in rows)


def test_rows_from_before_a_column_came_are_still_those_that_were_stored(warehouse: Warehouse) -> None:
    for statement in ("update meta.load set columns = null", "alter table raw.lead add column later_column varchar"):
        spoiled(warehouse, statement)
    _, rows, _ = certified(warehouse, "new_leads")
    assert rows
    spoiled(warehouse, "update raw.lead set later_column = 'x'")
    with pytest.raises(DataFailed, match="are not those that were stored"):
        certified(warehouse, "new_leads")


def test_the_engine_of_another_release_hashes_otherwise_and_the_rows_are_still_those_that_were_stored(
    warehouse: Warehouse,
) -> None:
    spoiled(warehouse, "update meta.load_part set checksum = checksum + 1")
    _, rows, _ = certified(warehouse, "sessions")
    assert rows


UNKNOWN = {
    Cell("new_lead"): "KPI 'new_lead': 2026-07-v1 has no such KPI: did you mean 'new_leads'?",
    Cell("new_leads", "chanel", "Email"): "--slice 'chanel': new_leads was not frozen by it: did you mean 'channel'?",
    Cell("new_leads", "channel", "Direkt"): "new_leads has no such channel in that month: did you mean 'Direct'?",
    Cell("new_leads", "channel"): "--member: it is missing: use one of",
    Cell("new_leads", "total", "Email"): "--member 'Email': the total has no members: add --slice, by ad, campaign, ch",
}


@pytest.mark.parametrize("cell", UNKNOWN, ids=str)
def test_a_number_that_was_not_frozen_is_refused_with_those_that_were(warehouse: Warehouse, cell: Cell) -> None:
    with pytest.raises(WrongUse) as refused:
        certified(warehouse, cell.kpi_id, cell.slice, cell.member)
    assert UNKNOWN[cell] in str(refused.value)


def test_a_kpi_that_has_no_months_says_at_which_grains_it_exists(warehouse: Warehouse) -> None:
    forged(warehouse, "delete from snapshots.kpi_value where kpi_id = 'orders' and grain = 'month'")
    with pytest.raises(WrongUse, match="2026-07-v1 orders: it has no number by month: it exists by day, month"):
        certified(warehouse, "orders")
