"""A build costs little more than its statements, and making a closed month again little more than the build."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from nightly import new_warehouse, running_company, shipped_project, tiny_truth

from pipelines.build import build
from pipelines.engines.duckdb import Warehouse
from pipelines.loads import current_cut
from pipelines.snapshots import BY_HAND, Due, close_month, replay, version_of

AUGUST, TODAY = date(2026, 8, 1), tiny_truth().today
MOST = 1.5


@pytest.mark.bench
def test_a_build_costs_little_more_than_its_statements_run_by_hand(tmp_path: Path) -> None:
    """Checks, comments and bookkeeping may cost as much again as the statements themselves, not more."""
    project = shipped_project()
    with running_company(tmp_path / "inbox") as company:
        connection = new_warehouse(tmp_path / "warehouse.duckdb")
        company.night(connection, TODAY)
    cut = current_cut(connection)
    built = shortest(lambda: build(connection, project, cut, run_id="bench", business_date=TODAY))
    order = [made.table.name for made in build(connection, project, cut, run_id="bench", business_date=TODAY)]
    by_hand = shortest(lambda: [connection.execute(project.tables[name].statement()) for name in order])
    print(f"\nbuild {built:.2f} s, its statements by hand {by_hand:.2f} s: ratio {built / by_hand:.2f}")
    assert built / by_hand < 2


@pytest.mark.bench
def test_a_replay_costs_at_most_half_as_much_again_as_the_build(tmp_path: Path) -> None:
    project, path = shipped_project(), tmp_path / "warehouse.duckdb"
    with running_company(tmp_path / "inbox") as company, closing(new_warehouse(path)) as connection:
        company.night(connection, TODAY)
        close_month(connection, project.tables, Due(AUGUST, BY_HAND), run_id="close")
        cut = current_cut(connection)
        built = shortest(lambda: build(connection, project, cut, run_id="bench", business_date=TODAY))
    warehouse = Warehouse(shutil.copyfile(path, tmp_path / "copy.duckdb"), 1)
    with warehouse.looked_into(purpose="bench") as connection:
        version = version_of(connection, AUGUST, None)

    def made_again() -> None:
        with warehouse.beside_scratch(purpose="bench") as scratch:
            assert replay(scratch, version).is_equal

    replayed = shortest(made_again)
    print(f"\nbuild {built:.2f} s, replay {replayed:.2f} s: {replayed / built:.2f} times as much")
    assert replayed / built <= MOST


def shortest(work: Callable[[], object]) -> float:
    """Seconds of the fastest of three."""
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)
