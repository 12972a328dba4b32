"""A million rows of ad costs, typed and checked, cost at most three times DuckDB's own reading of the same file."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import duckdb
import pytest
from nightly import PEPPER, new_warehouse, read_files, shipped_project

from pipelines.inbox import FileRead, InboxFile, Persons, ReadingRules, discover, read_file
from pipelines.intake import Night

ROWS, DAYS = 1_000_000, 100
ROWS_PER_DAY = ROWS // DAYS
MOST_TIMES, MOST_MIB = 3.0, 1024
ROUNDS = 5
STATUS = Path("/proc/self/status")


@pytest.mark.bench
def test_a_million_ad_cost_rows_are_read_typed_and_checked_in_three_times_what_duckdb_needs(tmp_path: Path) -> None:
    path = export_of_ad_costs(tmp_path)
    (file,) = discover(tmp_path, [])
    by_duckdb, read = shortest_in_turn(lambda: read_by_duckdb(path), lambda: account_for(read_by_us(file)))
    megabytes = path.stat().st_size / 1e6
    print(
        f"\n{ROWS:,} rows of ad costs, {megabytes:.0f} MB: DuckDB's read_csv {by_duckdb:.2f} s, read, typed and checked"
        f" {read:.2f} s ({ROWS / read:,.0f} rows/s): {read / by_duckdb:.2f} times as long"
    )
    assert read / by_duckdb <= MOST_TIMES


@pytest.mark.bench
@pytest.mark.skipif(not STATUS.exists(), reason="only Linux tells the peak of one process")
def test_reading_a_million_ad_cost_rows_needs_less_than_a_gibibyte(tmp_path: Path) -> None:
    export_of_ad_costs(tmp_path)
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        before, after = pool.submit(memory_of_reading, tmp_path).result()
    print(f"\nreading {ROWS:,} rows of ad costs needs {after - before:,.0f} MiB beside the {before:,.0f} MiB of before")
    assert after - before < MOST_MIB


@pytest.mark.bench
def test_storing_them_in_a_new_warehouse_is_timed_beside_the_table_that_duckdb_writes(tmp_path: Path) -> None:
    """What is stored is hashed by row and by part, and judged: the figure is told, and nothing is promised of it."""
    path = export_of_ad_costs(tmp_path)
    with duckdb.connect(str(tmp_path / "peer.duckdb"), config={"threads": "2"}) as peer:
        by_duckdb = timed(lambda: peer.execute(f"create table ad_cost as select * from read_csv('{path}')"))
    config = shipped_project().config
    night = Night("bench", date(2026, 6, 1), hold_on_failure=True)
    with new_warehouse(tmp_path / "warehouse.duckdb", threads=2) as connection:
        taken = timed(lambda: read_files(connection, tmp_path, config, night))
        ((stored,),) = connection.execute("select count(*) from raw.ad_cost").fetchall()
    print(
        f"\nread and stored in a new warehouse: {taken:.2f} s ({ROWS / taken:,.0f} rows/s), DuckDB's table in a file"
        f" {by_duckdb:.2f} s: {taken / by_duckdb:.2f} times as long"
    )
    assert stored == ROWS


def export_of_ad_costs(inbox: Path) -> Path:
    """Five platforms, 2,500 campaigns, 10,000 advertisements a day; some names hold the comma and are quoted."""
    path = inbox / "ad_costs" / "export.csv"
    path.parent.mkdir(parents=True)
    duckdb.execute(
        f"""copy (
            select date '2026-01-01' + cast(row // {ROWS_PER_DAY} as integer) as date,
                ['Meta', 'google_ads', 'Bing', 'LinkedIn', 'tiktok'][1 + ad % 5] as platform,
                'account ' || ad % 20 as account,
                if(ad % 2500 % 50 = 0, 'Sale, spring ', 'Prospecting | NL ') || ad % 2500 as campaign,
                'Group ' || ad % 5000 as ad_group,
                'Ad ' || ad || ' video' as ad,
                cast(hash(row) % 5000000 / 100.0 as decimal(12, 2)) as cost,
                'EUR' as currency,
                hash(row + 1) % 100000 as impressions,
                hash(row + 2) % 3000 as clicks,
                cast(hash(row + 3) % 900 / 100.0 as decimal(12, 2)) as conversions
            from (select range as row, range % {ROWS_PER_DAY} as ad from range({ROWS}))
        ) to '{path}' (header)"""
    )
    return path


def read_by_duckdb(path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"create table ad_cost as select * from read_csv('{path}')")


def read_by_us(file: InboxFile) -> FileRead:
    return read_file(file, ReadingRules("Europe/Amsterdam", PEPPER), Persons(PEPPER))


def account_for(read: FileRead) -> None:
    assert (read.rows_in, len(read.arrivals[0].rows), read.rows_rejected, read.rows_repeated) == (ROWS, ROWS, 0, 0)


def memory_of_reading(inbox: Path) -> tuple[float, float]:
    """The most MiB this process held before reading and after it."""
    (file,) = discover(inbox, [])
    before = most_memory()
    account_for(read_by_us(file))
    return before, most_memory()


def most_memory() -> float:
    """What the system noted of this process alone: rusage would tell of the one that started it as well."""
    (kib,) = re.findall(r"VmHWM:\s+(\d+) kB", STATUS.read_text())
    return int(kib) / 1024


def shortest_in_turn(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the fastest of some runs of each, taken in turn so that both meet the same machine."""
    times = [(timed(first), timed(second)) for _ in range(ROUNDS)]
    return min(one for one, _ in times), min(two for _, two in times)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
