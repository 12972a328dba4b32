"""A closed month is made again from what was kept, whatever the loads, the models and the configuration became."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from nightly import new_warehouse, running_company, shipped_project

from pipelines.build import Project
from pipelines.configuration import config_from_texts
from pipelines.definitions import load_project
from pipelines.engines.duckdb import Warehouse
from pipelines.failures import DataFailed, WrongUse
from pipelines.snapshots import BY_HAND, Due, Replayed, close_month, replay, version_of
from pipelines.tables import read_table

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
MORNINGS = {date(2026, 8, 6): (JULY,), date(2026, 9, 8): (JULY, AUGUST)}


def moved_on() -> Project:
    """The project as it may be a while later: another window, a rule for a channel, a changed model."""
    texts = dict(shipped_project().config.texts)
    assert "conversion_window_days: 90" in texts["company.yaml"]
    texts["company.yaml"] = texts["company.yaml"].replace("conversion_window_days: 90", "conversion_window_days: 60")
    project = load_project(config_from_texts(texts))
    table = project.tables["facts.lead"]
    changed = read_table(table.text.replace("not coalesce(l.is_test, false)", "true"), "assets/facts/lead.sql")
    return replace(project, tables={**project.tables, table.name: changed})


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse in which two months were closed, the older one twice, the second time under other rules."""
    folder = tmp_path_factory.mktemp("kept")
    with running_company(folder / "inbox") as company, closing(new_warehouse(folder / "w.duckdb")) as connection:
        for project, (morning, months) in zip((shipped_project(), moved_on()), MORNINGS.items(), strict=True):
            company.night(connection, morning, project)
            for month in months:
                close_month(connection, project.tables, Due(month, BY_HAND), run_id="close")
    return folder / "w.duckdb"


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
