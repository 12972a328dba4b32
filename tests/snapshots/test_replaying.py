"""A closed month is made again from what was kept, whatever the loads, the models and the configuration became."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
from two_months import AUGUST, JULY

from pipelines.engines.duckdb import Warehouse
from pipelines.failures import DataFailed, WrongUse
from pipelines.snapshots import Replayed, replay, version_of

pytestmark = pytest.mark.nights


@pytest.fixture
def warehouse(kept: Path, tmp_path: Path) -> Warehouse:
    return Warehouse(shutil.copyfile(kept, tmp_path / "warehouse.duckdb"), 1)


def replayed(warehouse: Warehouse, month: date, number: int | None) -> Replayed:
    with warehouse.looked_into(purpose="test") as connection:
        version = version_of(connection, month, number)
    with warehouse.beside_scratch(purpose="test") as scratch:
        return replay(scratch, version)


@pytest.mark.parametrize(("month", "number"), [(JULY, 1), (JULY, 2), (AUGUST, 1)])
def test_every_version_replays_to_its_hash_after_loads_models_and_configuration_moved_on(
    warehouse: Warehouse, month: date, number: int
) -> None:
    before = warehouse.path.read_bytes()
    found = replayed(warehouse, month, number)
    assert found.is_equal and found.rows > 1000 and found.differences == ()
    assert warehouse.path.read_bytes() == before
    assert {path.name for path in warehouse.path.parent.iterdir()} == {"warehouse.duckdb", "warehouse.lock"}


def spoiled(warehouse: Warehouse, statement: str) -> None:
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute(statement)


def test_a_frozen_row_that_was_changed_by_hand_is_told_with_its_cell(warehouse: Warehouse) -> None:
    spoiled(warehouse, "update snapshots.channel_month set leads = leads + 1 where channel = 'Direct'")
    found = replayed(warehouse, JULY, 1)
    assert not found.is_equal and found.content_sha256 == found.version.content_sha256
    (told,) = found.differences
    assert told.startswith("marts.channel_month 2026-07-01 Direct: leads was ")


def test_a_raw_row_that_was_changed_by_hand_shows_in_the_cells_that_came_of_it(warehouse: Warehouse) -> None:
    spoiled(warehouse, "update raw.shop_order set net_amount = net_amount + 1")
    found = replayed(warehouse, JULY, 1)
    assert not found.is_equal
    assert [line for line in found.differences if line.startswith("marts.channel_month 2026-07-01")]


REFUSALS: dict[str, tuple[str, str]] = {
    "a load is gone": (
        "delete from meta.load where object = 'shop_order'",
        "of shop_order, which it was made from, is not there",
    ),
    "a text was edited": (
        "update meta.text set body = replace(body, 'lead', 'lead ') where kind = 'model' and name = 'facts.lead'",
        "the kept text of facts.lead is not the one that was stored",
    ),
    "the texts are gone": ("delete from meta.text_set", "the texts it was made from are not kept"),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_a_version_whose_loads_or_texts_are_not_what_they_were_is_refused(warehouse: Warehouse, what: str) -> None:
    statement, why = REFUSALS[what]
    spoiled(warehouse, statement)
    with pytest.raises(DataFailed, match=why):
        replayed(warehouse, JULY, 1)


def test_a_version_that_was_never_made_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(WrongUse, match="month 2026-07: there is no version 3 of it"):
        replayed(warehouse, JULY, 3)
    with pytest.raises(WrongUse, match="month 2026-05: there is no version of it"):
        replayed(warehouse, date(2026, 5, 1), None)
