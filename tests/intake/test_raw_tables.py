"""Raw tables as they are prepared at every start: what is missing is added, what changed its type is refused."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.failures import DataFailed
from pipelines.intake import create_raw_tables


def test_a_column_that_came_with_a_release_is_added(warehouse: duckdb.DuckDBPyConnection) -> None:
    create_raw_tables(warehouse)
    warehouse.execute("alter table raw.cost drop column category")
    create_raw_tables(warehouse)
    assert "category" in {name for name, *_ in warehouse.execute("describe raw.cost").fetchall()}


def test_a_column_of_another_type_is_refused_at_the_start(warehouse: duckdb.DuckDBPyConnection) -> None:
    create_raw_tables(warehouse)
    warehouse.execute("alter table raw.cost alter column amount type double")
    with pytest.raises(DataFailed, match="amount was DOUBLE and is now DECIMAL"):
        create_raw_tables(warehouse)
