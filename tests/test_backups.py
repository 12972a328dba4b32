"""Copies of the warehouse that can be trusted, and the ways back and forward."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from nightly import shipped_project

from pipelines import backups
from pipelines.backups import KEPT_BACKUPS, backup, newest_backup, upgrade
from pipelines.engines.duckdb import Warehouse, attached, locked
from pipelines.failures import DataFailed, SourceUnavailable, WrongUse
from pipelines.intake import create_raw_tables
from pipelines.loads import create_meta_tables
from pipelines.restoring import ClosedMonths, carry_over_closed_months, restore
from pipelines.snapshots import create_snapshot_tables

NIGHT = datetime(2026, 9, 8, 3, 0, tzinfo=UTC)
DYING = "import duckdb, os, sys; alive = duckdb.connect(sys.argv[1]); alive.execute(sys.argv[2]); os._exit(0)"
CONTENT = "select load_id, campaign, cost, rate from raw.tried order by load_id, campaign"


@pytest.fixture
def place(tmp_path: Path) -> Warehouse:
    """A warehouse with three rows of ad cost."""
    place = Warehouse(tmp_path / "warehouse" / "warehouse.duckdb", threads=2)
    with place.opened(purpose="test") as connection:
        create_meta_tables(connection)
        create_raw_tables(connection)
        create_snapshot_tables(connection, {})
        connection.execute("create table raw.tried (load_id bigint, campaign varchar, cost decimal(18,6), rate double)")
        connection.execute("insert into raw.tried values (1, 'a', 1.5, 0.1), (1, '', null, null), (2, 'b', 2, 0.2)")
        connection.execute("comment on column raw.tried.cost is 'money'")
        connection.execute("create macro doubled(x) as 2 * x")
    return place


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backup"


def back_up(place: Warehouse, folder: Path, moment: datetime = NIGHT) -> Path:
    with place.opened(purpose="test") as connection:
        return backup(connection, folder, moment)


def content(file: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(CONTENT).fetchall()


def change(place: Warehouse) -> None:
    with place.opened(purpose="test") as connection:
        connection.execute("delete from raw.tried where load_id = 1")


def crash_after(place: Warehouse, statement: str) -> None:
    """A process that dies after a commit: its write-ahead log stays beside the warehouse."""
    subprocess.run([sys.executable, "-c", DYING, place.path, statement], check=True)
    assert Path(f"{place.path}.wal").exists()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_backup_holds_what_the_warehouse_holds(place: Warehouse, folder: Path) -> None:
    assert content(back_up(place, folder)) == content(place.path)


def test_a_backup_keeps_comments_and_macros(place: Warehouse, folder: Path) -> None:
    with duckdb.connect(str(back_up(place, folder)), read_only=True) as connection:
        comments = connection.execute(
            "select comment from duckdb_columns() where table_name = 'tried' and comment is not null"
        ).fetchall()
        doubled = connection.execute("select doubled(21)").fetchall()
    assert (comments, doubled) == ([("money",)], [(42,)])


def test_a_backup_is_private_and_named_after_its_moment_in_utc(place: Warehouse, folder: Path) -> None:
    made = back_up(place, folder, datetime.fromisoformat("2026-09-08T03:00:00+02:00"))
    assert (made.name, f"{made.stat().st_mode & 0o777:o}") == ("warehouse-20260908T010000Z.duckdb", "600")


def test_a_backup_leaves_nothing_else(place: Warehouse, folder: Path) -> None:
    made = back_up(place, folder)
    assert names(folder) == [made.name]


def test_what_a_backup_that_broke_off_left_is_removed(place: Warehouse, folder: Path) -> None:
    (folder / f"{backups.UNFINISHED}abc").mkdir(parents=True)
    (folder / f"{backups.UNFINISHED}abc" / "warehouse-20260907T030000Z.duckdb").write_bytes(b"half")
    made = back_up(place, folder)
    assert names(folder) == [made.name]


def test_the_newest_seven_backups_are_kept(place: Warehouse, folder: Path) -> None:
    made = [back_up(place, folder, NIGHT + timedelta(days=day)).name for day in range(KEPT_BACKUPS + 2)]
    assert names(folder) == made[2:]


def test_many_backups_of_a_day_push_out_no_other_day(place: Warehouse, folder: Path) -> None:
    days = [back_up(place, folder, NIGHT - timedelta(days=day)).name for day in range(1, KEPT_BACKUPS)]
    for hour in range(KEPT_BACKUPS + 2):
        newest = back_up(place, folder, NIGHT + timedelta(hours=hour))
    assert names(folder) == [*reversed(days), newest.name]
    assert newest_backup(folder) == (newest, NIGHT + timedelta(hours=KEPT_BACKUPS + 1))


def test_a_backup_made_on_a_slow_clock_is_kept(place: Warehouse, folder: Path) -> None:
    for day in range(KEPT_BACKUPS):
        back_up(place, folder, NIGHT + timedelta(days=day))
    assert back_up(place, folder, NIGHT - timedelta(days=1)).exists()


@pytest.mark.parametrize(
    "damage",
    [
        "update backup.raw.tried set campaign = null where campaign = ''",
        "delete from backup.raw.tried where campaign = 'b'",
        "drop table backup.raw.tried",
        "alter table backup.raw.tried alter cost type decimal(18,5)",
    ],
)
def test_a_copy_that_differs_is_no_backup(
    place: Warehouse, folder: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:

    @contextmanager
    def damaging(connection: duckdb.DuckDBPyConnection, path: Path, alias: str, options: str = "") -> Iterator[None]:
        with attached(connection, path, alias, options):
            yield
            if not options:
                connection.execute(damage)

    monkeypatch.setattr(backups, "attached", damaging)
    with pytest.raises(DataFailed, match=r"it differs in raw\.tried"):
        back_up(place, folder)
    assert names(folder) == []


def test_the_order_of_rows_is_no_difference() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table a as select i, i % 7 as j from range(10000) as r(i)")
        before = backups._contents(connection, "memory")
        connection.execute("create or replace table a as select i, j from a order by j desc, i desc")
        assert backups._contents(connection, "memory") == before


def test_a_restored_warehouse_equals_the_one_that_was_backed_up(place: Warehouse, folder: Path) -> None:
    before = content(place.path)
    made = back_up(place, folder)
    change(place)
    restore(made, place)
    assert content(place.path) == before
    assert content(made) == before


def test_a_restored_warehouse_is_private_and_goes_on(place: Warehouse, folder: Path) -> None:
    restore(back_up(place, folder), place)
    change(place)
    assert f"{place.path.stat().st_mode & 0o777:o}" == "600"
    assert len(content(place.path)) == 1


def test_a_restore_keeps_what_stood_there(place: Warehouse, folder: Path) -> None:
    made = back_up(place, folder)
    change(place)
    replaced = content(place.path)
    kept = restore(made, place)
    assert kept is not None
    assert kept.parent == place.path.parent
    assert kept.match("warehouse.before-restore-*Z.duckdb")
    assert content(kept) == replaced


def test_two_restores_in_one_second_keep_both(place: Warehouse, folder: Path) -> None:
    made = back_up(place, folder)
    assert restore(made, place) != restore(made, place)


def test_a_restore_leaves_nothing_else(place: Warehouse, folder: Path) -> None:
    kept = restore(back_up(place, folder), place)
    assert kept is not None
    assert names(place.path.parent) == sorted([kept.name, "warehouse.duckdb", "warehouse.lock"])


def test_a_restore_makes_a_warehouse_where_none_is(place: Warehouse, folder: Path, tmp_path: Path) -> None:
    elsewhere = Warehouse(tmp_path / "new" / "warehouse.duckdb")
    assert restore(back_up(place, folder), elsewhere) is None
    assert content(elsewhere.path) == content(place.path)


def test_a_stale_write_ahead_log_is_not_replayed_into_the_restored_warehouse(place: Warehouse, folder: Path) -> None:
    before = content(place.path)
    made = back_up(place, folder)
    crash_after(place, "insert into raw.tried values (3, 'late', 1, 1)")
    restore(made, place)
    assert content(place.path) == before


def test_a_log_without_its_warehouse_is_not_replayed_either(place: Warehouse, folder: Path) -> None:
    before = content(place.path)
    made = back_up(place, folder)
    crash_after(place, "insert into raw.tried values (3, 'late', 1, 1)")
    place.path.unlink()
    restore(made, place)
    assert content(place.path) == before


def test_a_warehouse_kept_with_its_write_ahead_log_can_be_restored(place: Warehouse, folder: Path) -> None:
    made = back_up(place, folder)
    crash_after(place, "insert into raw.tried values (3, 'late', 1, 1)")
    kept = restore(made, place)
    assert kept is not None
    restore(kept, place)
    assert "late" in {row[1] for row in content(place.path)}


def test_a_file_that_is_no_database_is_refused_with_one_line(place: Warehouse, tmp_path: Path) -> None:
    before = content(place.path)
    file = tmp_path / "notes.duckdb"
    file.write_text("not a database " * 1000)
    with pytest.raises(
        WrongUse, match=r"notes\.duckdb: it cannot be read .*: name a file that `kpi backup` made"
    ) as told:
        restore(file, place)
    assert "\n" not in str(told.value)
    assert content(place.path) == before


def test_a_database_that_is_no_warehouse_is_refused(place: Warehouse, tmp_path: Path) -> None:
    file = tmp_path / "kpi_mart.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema meta; create table meta.load (a int); create table meta.build (a int)")
    with pytest.raises(WrongUse, match="it is no backup of a warehouse"):
        restore(file, place)


def test_a_missing_file_is_refused(place: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="there is no such file"):
        restore(tmp_path / "nothing.duckdb", place)


def test_a_damaged_backup_is_refused(place: Warehouse, folder: Path) -> None:
    with place.opened(purpose="test") as connection:
        connection.execute("insert into raw.tried select i, 'x' || i, i, random() from range(200000) as r(i)")
    made = back_up(place, folder)
    before = content(place.path)
    size = made.stat().st_size
    with made.open("r+b") as file:
        file.seek(size // 2)
        file.write(os.urandom(4096))
    with pytest.raises(WrongUse, match="it cannot be read"):
        restore(made, place)
    assert content(place.path) == before


def test_a_warehouse_in_use_is_not_replaced(place: Warehouse, folder: Path) -> None:
    made = back_up(place, folder)
    with locked(place.path.with_suffix(".lock"), "kpi nightly"), pytest.raises(SourceUnavailable, match="kpi nightly"):
        restore(made, place, wait_seconds=0)


def test_an_upgrade_adds_what_an_older_warehouse_lacks(place: Warehouse, folder: Path) -> None:
    with place.opened(purpose="test") as connection:
        connection.execute("drop table meta.column_lineage")
        connection.execute("alter table meta.file drop column seen_at")
    assert upgrade(place, folder, NIGHT) == ("meta.column_lineage", "meta.file.seen_at")
    with place.opened(purpose="test") as connection:
        assert connection.execute("select seen_at from meta.file").fetchall() == []
        assert connection.execute("select version from meta.column_lineage").fetchall() == []


def test_an_upgrade_tells_of_raw_tables_and_closed_months_too(place: Warehouse, folder: Path) -> None:
    tables = shipped_project().tables
    with place.opened(purpose="test") as connection:
        create_snapshot_tables(connection, tables)
        connection.execute("alter table raw.ad_cost drop column video_views")
        connection.execute("drop table raw.deal")
        connection.execute("alter table snapshots.kpi_value drop column trust")
        connection.execute("drop table snapshots.check_result")
    added = ("raw.deal", "snapshots.check_result", "raw.ad_cost.video_views", "snapshots.kpi_value.trust")
    assert upgrade(place, folder, NIGHT, tables) == added
    assert upgrade(place, folder, NIGHT, tables) == ()


def test_an_upgrade_backs_up_before_it_changes_anything(place: Warehouse, folder: Path) -> None:
    with place.opened(purpose="test") as connection:
        connection.execute("drop table meta.column_lineage")
    upgrade(place, folder, NIGHT)
    (made,) = folder.iterdir()
    with duckdb.connect(str(made), read_only=True) as connection:
        assert ("column_lineage",) not in connection.execute("select table_name from duckdb_tables()").fetchall()
        assert len(connection.execute(CONTENT).fetchall()) == 3


def test_an_upgrade_of_a_present_warehouse_changes_nothing(place: Warehouse, folder: Path) -> None:
    assert upgrade(place, folder, NIGHT) == ()
    assert not folder.exists()


def test_an_upgrade_without_a_warehouse_is_refused(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(WrongUse, match="there is none"):
        upgrade(Warehouse(tmp_path / "warehouse.duckdb"), folder, NIGHT)


def freeze(place: Warehouse, snapshot_id: str) -> None:
    with place.opened(purpose="test") as connection:
        connection.execute("insert into snapshots.snapshot (snapshot_id, version) values (?, 1)", [snapshot_id])
        connection.execute("insert into snapshots.check_result (snapshot_id, figure) values (?, 7)", [snapshot_id])


def test_a_closed_month_that_the_backup_lacks_is_carried_over(place: Warehouse, folder: Path) -> None:
    freeze(place, "2026-07-v1")
    made = back_up(place, folder)
    freeze(place, "2026-08-v1")
    kept = restore(made, place)
    assert kept is not None
    assert carry_over_closed_months(kept, place) == ClosedMonths(("2026-08-v1",), ())
    with place.opened(purpose="test") as connection:
        frozen = connection.execute("select snapshot_id, figure from snapshots.check_result order by 1").fetchall()
    assert frozen == [("2026-07-v1", 7), ("2026-08-v1", 7)]


def test_a_warehouse_that_cannot_be_read_carries_nothing_over(place: Warehouse, folder: Path) -> None:
    made = back_up(place, folder)
    place.path.write_bytes(b"not a database")
    kept = restore(made, place)
    assert kept is not None
    assert carry_over_closed_months(kept, place) == ClosedMonths(
        (), ("versions closed since that backup, for the replaced warehouse cannot be read",)
    )


def test_a_backup_of_another_company_is_refused_and_nothing_is_replaced(place: Warehouse, folder: Path) -> None:
    made = back_up(place, folder)
    with duckdb.connect(str(made)) as connection:
        connection.execute("insert into meta.identity values ('is_demo', 'true')")
    with place.opened(purpose="test") as connection:
        connection.execute("insert into meta.identity values ('is_demo', 'false')")
    before = place.path.read_bytes()
    with pytest.raises(WrongUse, match="belongs to another warehouse"):
        restore(made, place)
    assert place.path.read_bytes() == before
