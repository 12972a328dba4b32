"""Every difference of a closed month has a cause: each shows its own amount, and together they are the difference."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from later_changes import CHANGES, Expected, Later
from nightly import new_warehouse, running_company, shipped_project

from pipelines.build import build
from pipelines.engines.duckdb import Warehouse
from pipelines.loads import current_cut
from pipelines.snapshots import (
    BY_HAND,
    Amount,
    Due,
    Restatement,
    close_month,
    restate,
    side_of_build,
    side_of_version,
    version_of,
)

JULY, MORNING = date(2026, 7, 1), date(2026, 8, 6)


@dataclass(frozen=True)
class Told:
    """What changed afterwards, and what the restatement makes of it."""

    expected: dict[str, Expected]
    restatement: Restatement

    def amount(self, cause: str, kpi_id: str, name: str, member: str, part: str) -> Decimal:
        found = self.restatement.amounts
        return sum((a.amount for a in found if a == Amount(kpi_id, name, member, cause, part, a.amount)), Decimal(0))


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company whose July was closed on the sixth of August: `warehouse.duckdb` and its `inbox`."""
    folder = tmp_path_factory.mktemp("closed")
    with (
        running_company(folder / "inbox") as company,
        closing(new_warehouse(folder / "warehouse.duckdb")) as connection,
    ):
        company.night(connection, MORNING)
        close_month(connection, shipped_project().tables, Due(JULY, BY_HAND), run_id="close")
    return folder


def told_after(closed: Path, folder: Path, causes: Iterable[str]) -> Told:
    """The same morning, after changes came one after the other."""
    place = shutil.copytree(closed, folder / "later")
    with closing(duckdb.connect(str(place / "warehouse.duckdb"), config={"threads": "1"})) as connection:
        connection.execute("set TimeZone = 'UTC'")
        later = Later(connection, place / "inbox", shipped_project(), MORNING)
        expected = {cause: CHANGES[cause](later) for cause in causes}
        build(connection, later.project, current_cut(connection), run_id="later", business_date=MORNING)
        before, after = side_of_version(connection, version_of(connection, JULY, 1)), side_of_build(connection, JULY)
    with Warehouse(place / "warehouse.duckdb", 1).beside_scratch(purpose="test") as scratch:
        return Told(expected, restate(scratch, before, after))


@pytest.mark.parametrize("cause", CHANGES)
def test_a_change_of_one_cause_shows_its_amount_under_that_cause_alone(
    closed: Path, tmp_path: Path, cause: str
) -> None:
    told = told_after(closed, tmp_path, [cause])
    assert {one.cause for one in told.restatement.amounts} == {cause}
    assert {cell: told.amount(cause, *cell) for cell in told.expected[cause]} == told.expected[cause]
    assert told.restatement.residual == 0


@pytest.fixture(scope="module")
def at_once(closed: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    return told_after(closed, tmp_path_factory.mktemp("at_once"), CHANGES)


def test_all_causes_at_once_are_told_apart_and_sum_to_the_difference(at_once: Told) -> None:
    found = at_once.restatement
    assert {one.cause for one in found.amounts} == set(CHANGES)
    for cause in ("exchange_rate", "merge", "refund", "late_data", "source_correction", "attribution"):
        assert {cell: at_once.amount(cause, *cell) for cell in at_once.expected[cause]} == at_once.expected[cause]
    assert found.residual == 0
    for cell in found.before.cells.keys() | found.after.cells.keys():
        for place, part in enumerate(("numerator", "denominator")):
            then, now = (
                side.cells[cell][place] or Decimal(0) if cell in side.cells else Decimal(0)
                for side in (found.before, found.after)
            )
            assert now - then == sum(at_once.amount(cause, *cell, part) for cause in CHANGES), (cell, part)


def test_the_order_in_which_changes_arrive_does_not_count(closed: Path, tmp_path: Path, at_once: Told) -> None:
    backwards = told_after(closed, tmp_path, reversed(CHANGES))
    assert backwards.restatement.amounts == at_once.restatement.amounts


def test_nothing_is_told_of_a_month_that_did_not_change(closed: Path, tmp_path: Path) -> None:
    assert told_after(closed, tmp_path, []).restatement.amounts == ()
