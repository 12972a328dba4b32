"""Superset shows the published mart: every chart, while versions come and go; its connection may do no more."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import duckdb
import pytest
from small_mart import publish_night, small_warehouse
from superset_client import Client

pytestmark = pytest.mark.superset

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / ".venv-superset"
KPI = "import sys; from pipelines.cli import main; sys.exit(main(sys.argv[1:]))"
NIGHTS = 20
LEADS = "Leads, MQLs, SQLs, opportunities and customers by month"


@pytest.fixture(scope="module")
def small() -> Iterator[duckdb.DuckDBPyConnection]:
    with small_warehouse() as connection:
        yield connection


@pytest.fixture(scope="module")
def published(small: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("data") / "published"
    publish_night(small, folder, 0)
    yield folder
    for path in [one for one in folder.rglob("*") if one.is_dir() and not one.is_symlink()]:
        path.chmod(0o755)


@pytest.fixture(scope="module")
def superset(published: Path) -> Iterator[Client]:
    """Superset as `kpi superset` starts it, on a free port, with the password that it tells."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = published.parent
    environ = {**os.environ, "KPI_DATA": str(data), "DAGSTER_HOME": str(data / "dagster"), "PYTHONPATH": str(ROOT)}
    arguments = ["superset", "--environment", str(ENVIRONMENT), "--port", str(port)]
    with (data / "superset.log").open("w") as log:
        command = [sys.executable, "-c", KPI, *arguments]
        server = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert server.stdout is not None
        told = [server.stdout.readline(), server.stdout.readline()]
        password = re.search(r"password (\S+)", told[1])
        assert password, (data / "superset.log").read_text()
        yield Client(f"http://127.0.0.1:{port}", password[1])
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def test_every_chart_shows_rows(superset: Client) -> None:
    charts = superset.charts()
    assert len(charts) == len(list((ROOT / "config/bi/superset/charts").glob("*.yaml")))
    assert [name for name, chart in charts.items() if not superset.rows(chart)] == []


def test_every_chart_runs_without_an_error_while_twenty_versions_are_published(
    superset: Client, small: duckdb.DuckDBPyConnection, published: Path
) -> None:
    charts, is_over = superset.charts(), Event()

    def look_at_all() -> list[list[object]]:
        seen = []
        while not is_over.is_set():
            seen += [list(superset.rows(chart)) for chart in charts.values()]
        return seen

    with ThreadPoolExecutor(1) as readers:
        looking = readers.submit(look_at_all)
        for night in range(1, NIGHTS + 1):
            publish_night(small, published, night)
        is_over.set()
        seen = looking.result()
    assert len(seen) >= len(charts)
    assert all(seen)


def test_a_query_that_begins_after_a_publication_sees_it(
    superset: Client, small: duckdb.DuckDBPyConnection, published: Path
) -> None:
    leads = superset.charts()[LEADS]
    for night in range(NIGHTS + 1, NIGHTS + 4):
        publish_night(small, published, night)
        assert {row["new_leads"] for row in superset.rows(leads)} == {night}


def test_two_tables_in_one_query_are_of_one_version(
    superset: Client, small: duckdb.DuckDBPyConnection, published: Path
) -> None:
    statement = """select (select extract(second from built_at) from meta.build) as built,
        (select max(numerator) from marts.kpi_value where kpi_id = 'new_leads' and slice = 'total') as leads"""
    publish_night(small, published, NIGHTS + 4)
    (row,) = superset.sql(statement).json()["data"]
    assert float(row["built"]) == float(row["leads"]) == NIGHTS + 4


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('/etc/passwd')",
        "select content from read_text('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from glob('/etc/*')",
        "create table marts.planted (a integer)",
        "insert into meta.build select * from meta.build",
        "delete from marts.kpi_value",
        "attach '/tmp/planted.duckdb' as planted",
        "copy (select 1) to '/tmp/planted.csv'",
        "export database '/tmp/planted'",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set threads = 1",
        "install httpfs",
        "load httpfs",
    ],
)
def test_the_connection_reads_the_mart_and_nothing_else(superset: Client, statement: str) -> None:
    answer = superset.sql(statement)
    assert answer.status_code >= 400
    assert not list(Path("/tmp").glob("planted*"))
    assert superset.sql("select count(*) as cells from marts.kpi_value").json()["data"][0]["cells"] > 0


def test_what_superset_keeps_is_read_by_nobody_else(superset: Client, published: Path) -> None:
    home = published.parent / "superset"
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "secret_key").stat().st_mode & 0o777 == 0o600
