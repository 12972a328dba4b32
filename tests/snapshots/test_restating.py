"""Every difference of a closed month has a cause: each shows its own amount, and together they are the difference."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import astuple, dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from later_changes import (
    CHANGES,
    Expected,
    Later,
    a_read_of_ga4_is_taken_back,
    a_stage_is_left_out,
    an_open_deal_is_won,
    an_order_has_no_rate,
    another_stage_is_called_qualified,
    two_leads_are_merged,
)
from nightly import new_warehouse, project_without, running_company, shipped_project

from pipelines.build import Project, build
from pipelines.engines.duckdb import Warehouse
from pipelines.failures import DataFailed
from pipelines.loads import current_cut
from pipelines.snapshots import (
    BY_HAND,
    Amount,
    Approval,
    Due,
    Restatement,
    approve,
    breaks,
    close_month,
    restate,
    restated_by_build,
    side_of_build,
    side_of_version,
    version_of,
)
from pipelines.stored_texts import Recipe
from pipelines.tables import read_table

pytestmark = pytest.mark.nights

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


def told_after(
    closed: Path,
    folder: Path,
    changes: Mapping[str, Callable[[Later], Expected]],
    morning: date = MORNING,
    project: Callable[[Project], Project] = lambda project: project,
) -> Told:
    """What a morning says of July after changes came one after the other."""
    place = shutil.copytree(closed, folder / "later")
    with closing(duckdb.connect(str(place / "warehouse.duckdb"), config={"threads": "1"})) as connection:
        connection.execute("set TimeZone = 'UTC'")
        later = Later(connection, place / "inbox", shipped_project(), MORNING)
        expected = {cause: change(later) for cause, change in changes.items()}
        built = project(later.project)
        build(connection, built, current_cut(connection), run_id="later", business_date=morning)
        before, after = side_of_version(connection, version_of(connection, JULY, 1)), side_of_build(connection, JULY)
    with Warehouse(place / "warehouse.duckdb", 1).beside_scratch(purpose="test") as scratch:
        return Told(expected, restate(scratch, before, after))


@pytest.mark.parametrize("cause", CHANGES)
def test_a_change_of_one_cause_shows_its_amount_under_that_cause_alone(
    closed: Path, tmp_path: Path, cause: str
) -> None:
    told = told_after(closed, tmp_path, {cause: CHANGES[cause]})
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
    backwards = told_after(closed, tmp_path, dict(reversed(CHANGES.items())))
    assert backwards.restatement.amounts == at_once.restatement.amounts


def test_nothing_is_told_of_a_month_that_did_not_change(closed: Path, tmp_path: Path) -> None:
    assert told_after(closed, tmp_path, {}).restatement.amounts == ()


def test_a_deal_that_was_won_since_is_news_and_no_correction(closed: Path, tmp_path: Path) -> None:
    told = told_after(closed, tmp_path, {"late_data": an_open_deal_is_won}, date(2026, 8, 20))
    assert {one.cause for one in told.restatement.amounts} == {"late_data"}
    assert {cell: told.amount("late_data", *cell) for cell in told.expected["late_data"]} == told.expected["late_data"]


@pytest.mark.parametrize(
    ("cause", "change"),
    [("configuration", a_stage_is_left_out), ("source_correction", a_read_of_ga4_is_taken_back)],
    ids=["a stage is left out", "a read is taken back"],
)
def test_what_a_person_decides_is_told_under_what_was_decided(
    closed: Path, tmp_path: Path, cause: str, change: Callable[[Later], Expected]
) -> None:
    told = told_after(closed, tmp_path, {cause: change})
    assert {one.cause for one in told.restatement.amounts} == {cause}
    assert {cell: told.amount(cause, *cell) for cell in told.expected[cause]} == told.expected[cause]


def test_a_figure_that_became_unknown_is_told_as_such(closed: Path, tmp_path: Path) -> None:
    told = told_after(closed, tmp_path, {"late_data": an_order_has_no_rate}).restatement
    revenue = ("revenue", "total", "")
    assert revenue in told.changed and told.is_known(revenue) == (True, False)
    assert told.is_known(("new_leads", "total", "")) == (True, True) and told.residual == 0


def test_an_api_that_is_switched_off_and_on_again_is_configuration(closed: Path, tmp_path: Path) -> None:
    place = shutil.copytree(closed, tmp_path / "later")
    with closing(duckdb.connect(str(place / "warehouse.duckdb"), config={"threads": "1"})) as connection:
        connection.execute("set TimeZone = 'UTC'")
        sides = [side_of_version(connection, version_of(connection, JULY, 1))]
        for project in (project_without("ga4"), shipped_project()):
            build(connection, project, current_cut(connection), run_id="switched", business_date=MORNING)
            close_month(connection, project.tables, Due(JULY, BY_HAND), run_id="close")
            sides.append(side_of_version(connection, version_of(connection, JULY, None)))
    told = []
    for before, after in pairwise(sides):
        with Warehouse(place / "warehouse.duckdb", 1).beside_scratch(purpose="test") as scratch:
            told.append(restate(scratch, before, after))
    off, on = ({(*astuple(one)[:5], abs(one.amount)) for one in found.amounts} for found in told)
    assert {one[3] for one in off} == {"configuration"} and off == on
    assert ("sessions", "total", "") in told[0].changed and [found.residual for found in told] == [0, 0]


def test_a_macro_that_computes_otherwise_is_a_definition(closed: Path, tmp_path: Path) -> None:
    told = told_after(closed, tmp_path, {}, project=with_halved_ratios).restatement
    assert {one.cause for one in told.amounts} == {"definition"}


def with_halved_ratios(project: Project) -> Project:
    """A release in which a ratio is something else."""
    macros = project.recipe.macros.replace("cast(b as double) end", "cast(b as double) / 2 end")
    assert macros != project.recipe.macros
    changed = replace(project, tables=dict(project.tables))
    changed.__dict__["recipe"] = Recipe(project.tables, macros)
    return changed


def test_rules_that_run_with_the_newer_models_alone_are_part_of_their_change(closed: Path, tmp_path: Path) -> None:
    told = told_after(
        closed, tmp_path, {"configuration": another_stage_is_called_qualified}, project=with_renamed_setting
    )
    expected = told.expected["configuration"]
    assert {one.cause for one in told.restatement.amounts} == {"definition"}
    assert {cell: told.amount("definition", *cell) for cell in expected} == expected


def with_renamed_setting(project: Project) -> Project:
    """A release that calls a column of the settings otherwise, and reads it by its new name."""
    renamed = {
        name: read_table(table.text.replace("qualified_stage", "stage_of_qualified"), name)
        for name, table in project.tables.items()
        if "qualified_stage" in table.text
    }
    assert "reference.setting" in renamed and len(renamed) > 1
    return replace(project, tables={**project.tables, **renamed})


def test_figures_that_do_not_come_out_as_they_were_frozen_are_refused(closed: Path, tmp_path: Path) -> None:
    place = shutil.copytree(closed, tmp_path / "spoiled")
    with closing(duckdb.connect(str(place / "warehouse.duckdb"))) as connection:
        connection.execute("update raw.shop_order set net_amount = net_amount + 1 where order_id = 'O-100042'")
        before, after = side_of_version(connection, version_of(connection, JULY, 1)), side_of_build(connection, JULY)
    with (
        Warehouse(place / "warehouse.duckdb", 1).beside_scratch(purpose="test") as scratch,
        pytest.raises(DataFailed, match=r"^2026-07-v1: aov .* does not come out of its loads as it was: .*`kpi replay"),
    ):
        restate(scratch, before, after)


def test_a_later_version_is_held_against_the_one_before_and_the_approved_one(closed: Path, tmp_path: Path) -> None:
    place, project = shutil.copytree(closed, tmp_path / "approved"), shipped_project()
    with closing(duckdb.connect(str(place / "warehouse.duckdb"), config={"threads": "1"})) as connection:
        connection.execute("set TimeZone = 'UTC'")
        approve(connection, Approval(JULY, 1, "the board", datetime(2026, 8, 7, tzinfo=UTC).replace(tzinfo=None), ""))
        two_leads_are_merged(Later(connection, place / "inbox", project, MORNING))
        build(connection, project, current_cut(connection), run_id="later", business_date=MORNING)
        for _ in range(2):
            restated = list(restated_by_build(connection, JULY, tmp_path))
            close_month(connection, project.tables, Due(JULY, BY_HAND), run_id="close", restated=restated)
        kept = connection.execute(
            """select snapshot_id, from_version, to_version, cause, amount from snapshots.restatement
            where kpi_id = 'new_leads' and slice = 'total' and part = 'numerator' order by all"""
        ).fetchall()
        assert list(breaks(connection)) == []
    assert kept == [("2026-07-v2", 1, 2, "merge", -1), ("2026-07-v3", 1, 3, "merge", -1)], "2 and 3 are the same"
    assert [path.name for path in tmp_path.iterdir()] == ["approved"]
