"""Every row of the table of failures that is about files: an inbox on disk, and a whole night."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from failure_matrix import Row, failures_of_source
from failure_nights import (
    GOOD_MORNING,
    SMALL,
    Nights,
    assert_as_the_table_says,
    project_with,
    rows_to_live_through,
)
from nightly import read_files

from pipelines.build import Project
from pipelines.intake import Night
from pipelines.sandbox.demo_company import demo_company
from pipelines.sandbox.exports import write_exports

pytestmark = pytest.mark.nights

FAILURES = failures_of_source("inbox")
HEADER = b"lead_id,created_at,source\n"


def read_from(inbox: Path, project: Project) -> Callable[[duckdb.DuckDBPyConnection, Night], object]:
    """How a night reads an inbox."""
    return lambda connection, night: read_files(connection, inbox, project.config, night)


@dataclass(frozen=True)
class Spoiling:
    """The inbox after the good night, and the nights of the company."""

    inbox: Path
    nights: Nights

    def assert_row(self, row: Row, folder: Path) -> None:
        """Puts the file of the row into a copy of the inbox, lives through the night and compares it with the row."""
        inbox = shutil.copytree(self.inbox, folder / "inbox")
        path = inbox / row.plan["file"]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content(row.plan["content"], inbox))
        found = self.nights.spoilt(read_from(inbox, self.nights.project))
        assert_as_the_table_says(FAILURES, row, found, self.nights, set())


@pytest.fixture(scope="module")
def spoiling(tmp_path_factory: pytest.TempPathFactory) -> Spoiling:
    folder = tmp_path_factory.mktemp("files")
    inbox, world = folder / "inbox", replace(SMALL, first_day=date(2026, 7, 20), sessions_per_day=10)
    write_exports(demo_company(world), inbox, GOOD_MORNING)
    project = project_with({}, "ga4", "mailchimp")
    return Spoiling(inbox, Nights(folder, project, read_from(inbox, project)))


def content(name: str, inbox: Path) -> bytes:
    """What lies in the file of a row."""
    new = HEADER + b"L-901,2026-09-03T10:00:00Z,newsletter\n"
    if name == "a few of all leads":
        (export,) = (inbox / "leads").glob("*.csv")
        return b"\n".join(export.read_bytes().splitlines()[:4]) + b"\n"
    return {
        "no text": b"PK\x00\x01\x02 no table\x00",
        "other columns": b"who,when\n1,2\n",
        "half of it": gzip.compress(new * 100)[:40],
        "a wrong time": new + b"L-902,yesterday,newsletter\n",
        "mostly wrong times": new + b"".join(b"L-%d,yesterday,newsletter\n" % number for number in range(910, 930)),
    }[name]


@pytest.mark.parametrize("row", rows_to_live_through(FAILURES))
def test_a_night_makes_of_a_file_what_the_table_says(spoiling: Spoiling, row: Row, tmp_path: Path) -> None:
    spoiling.assert_row(row, tmp_path)
