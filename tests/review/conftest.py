"""The pages of the invented company, written once for all tests that only look at them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from read_page import Page, Written
from sample_snapshot import CHECKS, NEWEST, PACK, sample_connection

from pipelines.review import write_pages

USUAL = {"company_name": "Voorbeeld B.V.", "is_demo": False, "headline_pack": PACK, "checks": CHECKS}


@pytest.fixture
def company() -> duckdb.DuckDBPyConnection:
    """A database of its own, for a test that changes what was closed."""
    return sample_connection()


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes the Dutch page of a database, or those in the languages that are named, and gives them by language."""

    def write(connection: duckdb.DuckDBPyConnection, snapshot: str = NEWEST, **changed: Any) -> dict[str, Page]:
        return _by_language(write_pages(connection, tmp_path, snapshot, **{**USUAL, "languages": ("nl",), **changed}))

    return write


@pytest.fixture(scope="session")
def newest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    """The newest month of the unchanged company."""
    usual: dict[str, Any] = USUAL
    return _by_language(write_pages(sample_connection(), tmp_path_factory.mktemp("reports"), NEWEST, **usual))


def _by_language(paths: list[Path]) -> dict[str, Page]:
    return {path.name.split(".")[1]: Page(path) for path in paths if path.name.startswith("review")}
