"""What many tests stand on: a warehouse in memory as the pipeline prepares it, and machines with the command `kpi`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from desk import LAST_NIGHT, Desk, desk_in, new_desk
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
    """Every table of the tiny company after one night over both APIs and its files; nobody writes to them."""
    connection = new_warehouse()
    with running_company(tmp_path_factory.mktemp("inbox")) as company:
        company.night(connection, company.truth.today)
    yield connection
    connection.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A machine on which nothing was run yet."""
    with new_desk(tmp_path) as one:
        yield one


@pytest.fixture(scope="session")
def kept_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a machine that had one night."""
    folder = tmp_path_factory.mktemp("kept")
    with new_desk(folder, LAST_NIGHT) as one:
        assert one.kpi("nightly") == 0
    return folder


@pytest.fixture
def worked_desk(kept_desk: Path, tmp_path: Path) -> Iterator[Desk]:
    """A machine of one's own, on the morning of its last night."""
    shutil.copytree(kept_desk, tmp_path, symlinks=True, dirs_exist_ok=True)
    with desk_in(tmp_path) as one:
        one.on(LAST_NIGHT)
        yield one
