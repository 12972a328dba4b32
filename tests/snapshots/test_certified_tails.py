"""The rest of a long tail is certified by the rows of all members that were not kept by name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from nightly import shipped_project
from two_months import JULY

from pipelines import kpi_rollup
from pipelines.build import build
from pipelines.definitions import load_project
from pipelines.engines.duckdb import Warehouse
from pipelines.loads import current_cut
from pipelines.slices import LONG_TAILS, REST
from pipelines.snapshots import BY_HAND, Cell, Certifier, Due, FrozenMonth, close_month, version_of

pytestmark = pytest.mark.nights

KEPT = 4


@dataclass(frozen=True)
class Tail:
    """A certifier of a month in which every long tail keeps a few members, and the cells of those tails."""

    certifier: Certifier
    cells: tuple[Cell, ...]


@pytest.fixture(scope="module")
def tail(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tail]:
    """The bound stands in the texts that a version keeps, so that they are made with it again."""
    path = Path(shutil.copyfile(kept, tmp_path_factory.mktemp("tails") / "w.duckdb"))
    with pytest.MonkeyPatch.context() as bounded:
        bounded.setattr(kpi_rollup, "KEPT_MEMBERS", KEPT)
        project = load_project(shipped_project().config)
    with closing(duckdb.connect(str(path), config={"threads": "1"})) as connection:
        connection.execute("set TimeZone = 'UTC'")
        ((morning,),) = connection.execute("select max(business_date) from meta.load").fetchall()
        build(connection, project, current_cut(connection), run_id="bounded", business_date=morning)
        close_month(connection, project.tables, Due(JULY, BY_HAND), run_id="close")
    warehouse = Warehouse(path, 1)
    with warehouse.looked_into(purpose="test") as connection:
        version = version_of(connection, JULY, None)
    with warehouse.beside_scratch(purpose="test") as scratch:
        certifier = Certifier(FrozenMonth(scratch, version, frozenset()))
        yield Tail(certifier, tuple(cell for cell in certifier.cells() if cell.slice in LONG_TAILS))


def test_the_rest_of_every_tail_is_certified(tail: Tail) -> None:
    rests = [cell for cell in tail.cells if cell.member == REST]
    assert {cell.slice for cell in rests} >= {"campaign", "source_medium", "landing_page", "page", "query", "product"}
    for cell in rests:
        certificate = tail.certifier.certificate(cell)
        found = {name: part.amount for name, part in certificate.contributions.sums.items()}
        for part in ("numerator", "denominator"):
            assert found.get(part, 0) == (certificate.figures[part] or 0), (cell, part)


def test_the_rows_of_the_rest_name_members_that_were_not_kept(tail: Tail) -> None:
    kept = {cell.member for cell in tail.cells if cell.slice == "source_medium"}
    assert len(kept - {REST}) == KEPT
    contributions = tail.certifier.certificate(Cell("sessions", "source_medium", REST)).contributions
    members = {row["source_medium"] for row in contributions.rows()}
    assert len(members) > 1 and not members & kept


def test_the_members_and_the_rest_are_all_of_it(tail: Tail) -> None:
    cells = [cell for cell in tail.cells if (cell.kpi_id, cell.slice) == ("new_leads", "campaign")]
    assert REST in {cell.member for cell in cells}
    parts = [tail.certifier.certificate(cell).contributions.sums.get("numerator") for cell in cells]
    total = tail.certifier.certificate(Cell("new_leads")).figures["numerator"]
    assert sum((part.amount for part in parts if part), Decimal(0)) == total
