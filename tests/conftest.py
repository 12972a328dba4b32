"""What many tests stand on: a warehouse in memory, as the pipeline prepares it."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from pipelines.loads import create_meta_tables


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(config={"threads": "2"})
    connection.execute("set TimeZone = 'UTC'")
    create_meta_tables(connection)
    yield connection
    connection.close()
