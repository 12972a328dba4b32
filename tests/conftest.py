"""What many tests stand on: a warehouse in memory as the pipeline prepares it, and machines with the command `kpi`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from desk import LAST_NIGHT, Desk, desk_in, new_desk
from made_once import made_once
from nightly import new_warehouse, running_company

from pipelines.loads import create_meta_tables


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(config={"threads": "1"})
    connection.execute("set TimeZone = 'UTC'")
    create_meta_tables(connection)
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def mart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Every table of the tiny company after one night over both APIs and its files."""
    folder = made_once(tmp_path_factory, "mart", one_night)
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True, config={"threads": "1"}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def one_night(folder: Path) -> None:
    with running_company(folder / "inbox") as company, closing(new_warehouse(folder / "warehouse.duckdb")) as warehouse:
        company.night(warehouse, company.truth.today)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A machine on which nothing was run yet."""
    with new_desk(tmp_path) as one:
        yield one


@pytest.fixture(scope="session")
def kept_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a machine that had one night."""
    return made_once(tmp_path_factory, "kept", a_night_at_a_desk)


def a_night_at_a_desk(folder: Path) -> None:
    with new_desk(folder, LAST_NIGHT) as one:
        assert one.kpi("nightly") == 0


@pytest.fixture
def worked_desk(kept_desk: Path, tmp_path: Path) -> Iterator[Desk]:
    """A machine of one's own, on the morning of its last night."""
    shutil.copytree(kept_desk, tmp_path, symlinks=True, dirs_exist_ok=True)
    with desk_in(tmp_path) as one:
        one.on(LAST_NIGHT)
        yield one
