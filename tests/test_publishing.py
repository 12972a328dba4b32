"""The published mart: readers see one whole, verified, read-only version at any time, and nothing private."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import publishing
from pipelines.build import make_table
from pipelines.canonical import table_hash
from pipelines.failures import DataFailed, WrongUse
from pipelines.publishing import (
    KEPT_VERSIONS,
    Publication,
    current_manifest,
    current_version,
    publish,
    published_tables,
    rollback,
    versions,
)
from pipelines.snapshots import create_snapshot_tables
from pipelines.tables import Table, read_table

SPEND = """-- Spend by channel.
-- publish: yes
create table marts.spend (
  channel  varchar       not null comment 'the channel',
  version  bigint        not null comment 'number of the build',
  spend    decimal(38,6)          comment 'money, in euros',
  rate     double                 comment 'share of all',
  primary key (channel)
) as
select channel, version, spend, rate from (values
  ('Email', {version}, 15e-1, 1e-1), ('Paid Search', {version}, null, 9e-1)) as v(channel, version, spend, rate)
"""
CHANNEL = """-- The channels, the company's words for them.
-- publish: yes
create table reference.channel (
  channel  varchar not null comment 'the channel',
  version  bigint  not null comment 'number of the build',
  primary key (channel)
) as
select channel, version from (values ('Paid Search', {version}), ('Email', {version})) as v(channel, version)
"""
INNER = """-- Nobody's business.
create table marts.inner_work (
  person  varchar not null comment 'somebody',
  primary key (person)
) as
select 'somebody' as person
"""
WIDE = """-- Enough rows of every type for every way of storing them.
-- publish: yes
create table marts.wide (
  place    bigint         not null comment 'number of the row',
  day      date                    comment 'a day',
  at       timestamp               comment 'a moment',
  member   varchar                 comment 'few texts',
  page     varchar                 comment 'many texts',
  amount   decimal(38,6)           comment 'money, in euros',
  rate     decimal(18,12)          comment 'euros per unit',
  share    double                  comment 'share of all',
  is_even  boolean                 comment 'whether the place is even',
  nothing  varchar                 comment 'always empty',
  primary key (place)
) as
select
  place,
  cast(cast('2020-01-01' as date) + cast(place % 1000 as integer) as date) as day,
  cast('2026-01-01 06:30:00.000001' as timestamp) as at,
  case when place % 7 = 0 then null else concat('channel ', cast(place % 17 as varchar)) end as member,
  concat('/page/', cast(place * 7919 as varchar)) as page,
  cast(place * 1000003 as decimal(38,6)) as amount,
  cast(place as decimal(18,12)) as rate,
  sqrt(cast(place as double)) as share,
  place % 2 = 0 as is_even,
  null as nothing
from (select unnest(generate_series(1, 300000)) as place) as g
"""
READ_ALL = """
import duckdb, json, sys
from pipelines.canonical import table_hash

connection = duckdb.connect(sys.argv[1], read_only=True)
columns = {}
for table, column in connection.execute(
    "select schema_name || '.' || table_name, column_name from duckdb_columns() where not internal order by all"
).fetchall():
    columns.setdefault(table, []).append(column)
hashes = {table: table_hash(connection, table, names, ()) for table, names in columns.items()}
print(json.dumps({"release": duckdb.__version__, "hashes": hashes}))
"""
JOINED = """select distinct s.version, c.version from marts.spend as s
inner join reference.channel as c on c.channel = s.channel"""


def project(version: int = 1) -> dict[str, Table]:
    texts = [text.replace("{version}", str(version)) for text in (SPEND, CHANNEL, INNER)]
    return {table.name: table for table in (read_table(text, "test") for text in texts)}


def build(connection: duckdb.DuckDBPyConnection, version: int = 1) -> dict[str, Table]:
    """A complete build whose number stands in two tables."""
    for schema in ("marts", "reference"):
        connection.execute(f"create schema if not exists {schema}")
    tables = project(version)
    for table in tables.values():
        make_table(connection, table)
    # their wall time would differ from build to build
    connection.execute("delete from meta.check_result")
    connection.execute("delete from meta.build")
    connection.execute(
        """insert into meta.build (run_id, business_date, is_demo, is_complete)
        values ('run', date '2026-09-08', true, true)"""
    )
    return tables


def next_night(connection: duckdb.DuckDBPyConnection, nights: int) -> None:
    """The same figures, built again on a later day."""
    connection.execute(
        "update meta.build set run_id = ?, business_date = date '2026-09-08' + ?::integer", [f"night {nights}", nights]
    )


def freeze_snapshot(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema snapshots")
    connection.execute("create table snapshots.kpi_value as select 1::bigint as snapshot_id, 'leads' as kpi_id")
    connection.execute("comment on table snapshots.kpi_value is 'frozen rows'")
    connection.execute("comment on column snapshots.kpi_value.snapshot_id is 'the snapshot'")
    connection.execute("comment on column snapshots.kpi_value.kpi_id is 'the KPI'")


@pytest.fixture
def published(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "published"
    for folder in [path for path in tmp_path.rglob("*") if path.is_dir() and not path.is_symlink()]:
        folder.chmod(0o755)


@pytest.fixture
def publish_build(warehouse: duckdb.DuckDBPyConnection, published: Path) -> Callable[[int], Publication]:
    """Builds with a number and publishes that."""

    def run(version: int) -> Publication:
        return publish(warehouse, build(warehouse, version), published_dir=published, run_id=f"{version:08d}-run")

    return run


@contextmanager
def opened(published: Path, version: str = "current") -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(published / version / "kpi_mart.duckdb"), read_only=True) as connection:
        yield connection


def seen_by_readers(published: Path) -> int:
    with opened(published) as connection:
        ((spend, channel),) = connection.execute(JOINED).fetchall()
    assert spend == channel
    return int(spend)


def modes(folder: Path) -> set[str]:
    return {
        f"{'folder' if path.is_dir() else 'file'} {path.stat().st_mode & 0o777:o}"
        for path in [folder, *folder.rglob("*")]
    }


def test_what_says_publish_snapshots_and_bookkeeping_are_published(warehouse: duckdb.DuckDBPyConnection) -> None:
    tables = build(warehouse)
    freeze_snapshot(warehouse)
    assert [table.name for table in published_tables(warehouse, tables)] == [
        *("marts.spend", "meta.build", "meta.check_result", "meta.file", "meta.file_total", "meta.load"),
        *("meta.load_part", "meta.rejected_row", "reference.channel", "snapshots.kpi_value"),
    ]


def test_the_published_tables_equal_the_warehouse(
    warehouse: duckdb.DuckDBPyConnection, published: Path, publish_build: Callable[[int], Publication]
) -> None:
    publication = publish_build(1)
    columns = ("channel", "version", "spend", "rate")
    with opened(published) as mart:
        assert publication.rows["marts.spend"] == 2
        assert table_hash(mart, "marts.spend", columns, ("channel",)) == table_hash(
            warehouse, "marts.spend", columns, ("channel",)
        )


def test_columns_keep_their_declared_types(published: Path, publish_build: Callable[[int], Publication]) -> None:
    publish_build(1)
    with opened(published) as mart:
        found = [row[:2] for row in mart.execute("describe marts.spend").fetchall()]
    assert found == [("channel", "VARCHAR"), ("version", "BIGINT"), ("spend", "DECIMAL(38,6)"), ("rate", "DOUBLE")]


def test_every_table_and_column_has_a_comment(published: Path, publish_build: Callable[[int], Publication]) -> None:
    publish_build(1)
    with opened(published) as mart:
        said = mart.execute(
            """select table_name, '', comment from duckdb_tables()
            union all select table_name, column_name, comment from duckdb_columns() where not internal"""
        ).fetchall()
    assert [row for row in said if not row[2]] == []
    assert ("channel", "", "The channels, the company's words for them.") in said


def test_the_cell_of_a_rejected_row_stays_in_the_warehouse(
    warehouse: duckdb.DuckDBPyConnection, published: Path, publish_build: Callable[[int], Publication]
) -> None:
    warehouse.execute("insert into meta.rejected_row (path, line, value) values ('a.csv', 2, 'jan@example.org')")
    publication = publish_build(1)
    with opened(published) as mart:
        assert "value" not in {row[0] for row in mart.execute("describe meta.rejected_row").fetchall()}
    assert not [path for path in publication.folder.rglob("*") if path.is_file() and b"jan@" in path.read_bytes()]


def test_the_catalog_is_called_kpi_mart(published: Path, publish_build: Callable[[int], Publication]) -> None:
    publish_build(1)
    with opened(published) as mart:
        assert mart.execute("select channel from kpi_mart.reference.channel order by 1 limit 1").fetchall() == [
            ("Email",)
        ]


def test_current_is_a_relative_link_to_a_folder_that_nobody_can_write(
    published: Path, publish_build: Callable[[int], Publication]
) -> None:
    publication = publish_build(1)
    assert (published / "current").readlink() == Path(publication.version)
    assert modes(publication.folder) == {"folder 555", "file 444"}


def test_a_version_is_named_after_its_moment_and_run(publish_build: Callable[[int], Publication]) -> None:
    version = publish_build(7).version
    assert version.startswith("v-2") and version.endswith("Z-00000007") and len(version) == 27


def test_nothing_but_the_version_is_left(published: Path, publish_build: Callable[[int], Publication]) -> None:
    publication = publish_build(1)
    assert {path.name for path in published.iterdir()} == {"current", publication.version}
    assert {path.name for path in publication.folder.iterdir()} == {"kpi_mart.duckdb", "manifest.json", "parquet"}


def test_the_manifest_says_what_the_version_holds(
    warehouse: duckdb.DuckDBPyConnection, published: Path, publish_build: Callable[[int], Publication]
) -> None:
    publication = publish_build(1)
    manifest = json.loads((published / "current" / "manifest.json").read_text())
    assert manifest["tables"].pop("reference.channel") == {
        "rows": 2,
        "sha256": table_hash(warehouse, "reference.channel", ("channel", "version"), ("channel",)),
        "columns": [{"name": "channel", "type": "VARCHAR"}, {"name": "version", "type": "BIGINT"}],
    }
    assert [manifest[name] for name in ("version", "run_id", "business_date", "is_demo")] == [
        *(publication.version, "00000001-run", "2026-09-08", True)
    ]


def test_parquet_holds_the_same_rows_in_key_order(published: Path, publish_build: Callable[[int], Publication]) -> None:
    folder = publish_build(1).folder / "parquet"
    with duckdb.connect() as connection:
        rows = connection.execute(f"select channel, version from '{folder}/reference.channel.parquet'").fetchall()
    assert rows == [("Email", 1), ("Paid Search", 1)]


def test_parquet_of_an_unchanged_table_is_the_same_file(publish_build: Callable[[int], Publication]) -> None:
    first, second = publish_build(1), publish_build(1)
    assert second.rewritten == ()
    for name in first.rows:
        assert (first.folder / "parquet" / f"{name}.parquet").samefile(second.folder / "parquet" / f"{name}.parquet")


def test_parquet_of_a_changed_table_is_written_anew(
    warehouse: duckdb.DuckDBPyConnection, published: Path, publish_build: Callable[[int], Publication]
) -> None:
    publish_build(1)
    tables = build(warehouse)
    warehouse.execute("update marts.spend set rate = 0.2 where channel = 'Email'")
    assert publish(warehouse, tables, published_dir=published, run_id="later").rewritten == ("marts.spend",)


def test_parquet_is_written_anew_when_only_a_type_changed(
    warehouse: duckdb.DuckDBPyConnection, published: Path, publish_build: Callable[[int], Publication]
) -> None:
    publish_build(1)
    tables = build(warehouse)
    warehouse.execute("alter table reference.channel alter version type integer")
    assert publish(warehouse, tables, published_dir=published, run_id="later").rewritten == ("reference.channel",)


def test_a_schema_file_says_what_the_parquet_files_hold(
    warehouse: duckdb.DuckDBPyConnection, published: Path, publish_build: Callable[[int], Publication]
) -> None:
    publication = publish_build(1)
    schema = json.loads((published / "current" / "parquet" / "schema.json").read_text(encoding="utf-8"))
    assert schema["version"] == publication.version
    assert schema["tables"]["reference.channel"] == {
        "file": "reference.channel.parquet",
        "comment": "The channels, the company's words for them.",
        "key": ["channel"],
        "rows": 2,
        "columns": [
            {"name": "channel", "type": "VARCHAR", "comment": "the channel"},
            {"name": "version", "type": "BIGINT", "comment": "number of the build"},
        ],
    }


def test_every_table_has_a_parquet_file_of_the_types_and_rows_that_the_schema_says(
    warehouse: duckdb.DuckDBPyConnection, published: Path
) -> None:
    tables = build(warehouse) | {"marts.wide": read_table(WIDE, "test")}
    make_table(warehouse, tables["marts.wide"])
    freeze_snapshot(warehouse)
    folder = publish(warehouse, tables, published_dir=published, run_id="run").folder / "parquet"
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    assert {path.name for path in folder.iterdir()} == {"schema.json", *(t["file"] for t in schema["tables"].values())}
    with opened(published) as mart:
        for name, told in schema["tables"].items():
            types = [row[:2] for row in mart.execute(f"describe from '{folder / told['file']}'").fetchall()]
            assert types == [(column["name"], column["type"]) for column in told["columns"]], name
            ((rows,),) = mart.execute(f"select count(*) from '{folder / told['file']}'").fetchall()
            assert (rows, types) == (told["rows"], [row[:2] for row in mart.execute(f"describe {name}").fetchall()])


def test_a_frozen_table_is_keyed_by_its_snapshot_and_the_key_of_the_table(
    warehouse: duckdb.DuckDBPyConnection, published: Path
) -> None:
    frozen = SPEND.replace("-- publish: yes", "-- publish: yes\n-- snapshot: month").replace("{version}", "1")
    tables = build(warehouse) | {"marts.spend": read_table(frozen, "test")}
    create_snapshot_tables(warehouse, tables)
    keys = {table.name: table.key for table in published_tables(warehouse, tables)}
    assert (keys["snapshots.spend"], keys["meta.load"]) == (("snapshot_id", "channel"), ())


def test_a_build_that_is_not_complete_is_not_published(
    warehouse: duckdb.DuckDBPyConnection, published: Path, publish_build: Callable[[int], Publication]
) -> None:
    publish_build(1)
    tables = build(warehouse, 2)
    warehouse.execute("update meta.build set is_complete = false")
    with pytest.raises(DataFailed, match="the last build is not complete"):
        publish(warehouse, tables, published_dir=published, run_id="run")
    assert seen_by_readers(published) == 1


def test_without_any_build_nothing_is_published(warehouse: duckdb.DuckDBPyConnection, published: Path) -> None:
    with pytest.raises(DataFailed, match="the last build is not complete"):
        publish(warehouse, {}, published_dir=published, run_id="run")


def test_a_table_that_was_not_made_stops_the_publication(warehouse: duckdb.DuckDBPyConnection, published: Path) -> None:
    tables = build(warehouse)
    warehouse.execute("drop table marts.spend")
    with pytest.raises(DataFailed, match=r"marts\.spend: .* the warehouse lacks it"):
        publish(warehouse, tables, published_dir=published, run_id="run")


def test_a_column_that_nobody_described_stops_the_publication(
    warehouse: duckdb.DuckDBPyConnection, published: Path
) -> None:
    tables = build(warehouse)
    warehouse.execute("comment on column marts.spend.rate is null")
    with pytest.raises(DataFailed, match=r"marts\.spend: no comment on rate"):
        publish(warehouse, tables, published_dir=published, run_id="run")


def test_a_copy_that_differs_is_never_shown(
    warehouse: duckdb.DuckDBPyConnection,
    published: Path,
    publish_build: Callable[[int], Publication],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish_build(1)
    copy = publishing._copy

    def lossy_copy(connection: duckdb.DuckDBPyConnection, table: publishing.PublishedTable) -> None:
        copy(connection, table)
        if table.name == "marts.spend":
            connection.execute("update aside.marts.spend set rate = rate + 1e-16 where channel = 'Email'")

    monkeypatch.setattr(publishing, "_copy", lossy_copy)
    with pytest.raises(DataFailed, match=r"copy of marts\.spend: it differs from the warehouse"):
        publish_build(2)
    assert seen_by_readers(published) == 1


def test_a_publication_that_failed_leaves_the_warehouse_usable(
    published: Path, publish_build: Callable[[int], Publication], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(publishing, "STORAGE", "storage_version 'v1.4.0', no_such_option 1")
        with pytest.raises(duckdb.Error):
            publish_build(1)
    publish_build(2)
    assert seen_by_readers(published) == 2


def test_what_a_crash_left_behind_disturbs_nothing_and_is_collected(
    published: Path, publish_build: Callable[[int], Publication]
) -> None:
    first = publish_build(1)
    half = published / "v-20991231T235959Z-deadbeef"
    aside = published / f"{publishing.UNFINISHED}v-20260101T000000Z-deadbeef"
    for folder in (half, aside):
        (folder / "parquet").mkdir(parents=True)
        (folder / "kpi_mart.duckdb").write_bytes(b"half")
        (folder / "parquet").chmod(0o555)
        folder.chmod(0o555)
    (published / ".next-current").symlink_to(half.name)
    assert versions(published) == (first.version,)
    second = publish_build(2)
    assert {path.name for path in published.iterdir()} == {"current", first.version, second.version}
    assert seen_by_readers(published) == 2


def test_two_publications_in_one_second_do_not_collide(warehouse: duckdb.DuckDBPyConnection, published: Path) -> None:
    made = [
        publish(warehouse, build(warehouse, number), published_dir=published, run_id="the same").version
        for number in range(3)
    ]
    assert versions(published) == tuple(made)


def test_a_clock_that_was_set_back_does_not_make_a_new_version_old(
    published: Path, publish_build: Callable[[int], Publication]
) -> None:
    late = publish_build(1).folder.rename(published / "v-20990101T000000Z-00000001")
    assert publish_build(2).version > late.name


def test_a_build_that_readers_see_already_makes_no_version(
    warehouse: duckdb.DuckDBPyConnection, published: Path, publish_build: Callable[[int], Publication]
) -> None:
    made = publish_build(1)
    again = publish(warehouse, project(1), published_dir=published, run_id="another run")
    assert (again.version, again.rows, again.rewritten) == (made.version, made.rows, ())
    assert versions(published) == (made.version,)


def test_a_new_build_of_the_same_figures_is_published_because_its_date_is_news(
    warehouse: duckdb.DuckDBPyConnection, published: Path, publish_build: Callable[[int], Publication]
) -> None:
    publish_build(1)
    next_night(warehouse, 1)
    made = publish(warehouse, project(1), published_dir=published, run_id="the next night")
    told = current_manifest(published)
    assert told is not None
    assert (told["version"], told["business_date"]) == (made.version, "2026-09-09")


def test_versions_with_the_same_figures_push_out_no_other(
    warehouse: duckdb.DuckDBPyConnection, published: Path, publish_build: Callable[[int], Publication]
) -> None:
    made = [publish_build(number).version for number in range(3)]
    for night in range(1, KEPT_VERSIONS + 2):
        next_night(warehouse, night)
        last = publish(warehouse, project(2), published_dir=published, run_id=f"night {night}").version
    assert set(versions(published)) >= {*made[:2], last}
    # of the same figures only the newest, and the one before that a reader may just be opening
    assert len(versions(published)) == 4
    assert rollback(published) == made[1]
    assert seen_by_readers(published) == 1


def test_the_newest_version_of_each_of_the_last_days_is_kept(
    published: Path, publish_build: Callable[[int], Publication]
) -> None:
    yesterday = publish_build(0).folder.rename(published / "v-20260901T030000Z-00000000")
    (published / "current").unlink()
    (published / "current").symlink_to(yesterday.name)
    for number in range(1, KEPT_VERSIONS + 3):
        publish_build(number)
    assert versions(published)[0] == yesterday.name
    assert len(versions(published)) == KEPT_VERSIONS + 1


def test_seven_versions_are_kept(published: Path, publish_build: Callable[[int], Publication]) -> None:
    made = [publish_build(number).version for number in range(9)]
    assert versions(published) == tuple(made[-KEPT_VERSIONS:])
    assert current_version(published) == made[-1]
    assert len(list(published.iterdir())) == KEPT_VERSIONS + 1


def test_collecting_an_old_version_keeps_shared_parquet_read_only(
    publish_build: Callable[[int], Publication],
) -> None:
    # one of the two tables is the same in all of them
    made = [publish_build(number) for number in range(KEPT_VERSIONS + 2)]
    assert not made[0].folder.exists()
    assert modes(made[-1].folder) == {"folder 555", "file 444"}


def test_the_current_version_is_never_collected(
    published: Path, publish_build: Callable[[int], Publication], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        publish_build(number)
    rollback(published)
    monkeypatch.setattr(publishing, "KEPT_VERSIONS", 1)
    monkeypatch.setattr(publishing, "STORAGE", "no_such_option 1")
    with pytest.raises(duckdb.Error):
        publish_build(3)
    assert seen_by_readers(published) == 1


def test_rollback_shows_the_version_before(published: Path, publish_build: Callable[[int], Publication]) -> None:
    first, second, _ = (publish_build(number).version for number in (1, 2, 3))
    assert rollback(published) == second
    assert seen_by_readers(published) == 2
    assert rollback(published) == first
    assert seen_by_readers(published) == 1


def test_rollback_shows_a_named_version(published: Path, publish_build: Callable[[int], Publication]) -> None:
    first, _, third = (publish_build(number).version for number in (1, 2, 3))
    assert (rollback(published, first), seen_by_readers(published)) == (first, 1)
    assert (rollback(published, third), seen_by_readers(published)) == (third, 3)
    assert (published / "current").readlink() == Path(third)


def test_rollback_names_the_versions_there_are(published: Path, publish_build: Callable[[int], Publication]) -> None:
    made = publish_build(1).version
    with pytest.raises(WrongUse, match=f"there is no version 'v-unknown': name one of {made}"):
        rollback(published, "v-unknown")


def test_rollback_of_the_oldest_version_is_refused(
    published: Path, publish_build: Callable[[int], Publication]
) -> None:
    made = publish_build(1).version
    with pytest.raises(WrongUse, match=f"none is older than {made}"):
        rollback(published)


def test_rollback_before_any_publication_is_refused(published: Path) -> None:
    with pytest.raises(WrongUse, match="nothing was published yet"):
        rollback(published)


def test_a_publication_after_a_rollback_is_the_newest(
    published: Path, publish_build: Callable[[int], Publication]
) -> None:
    for number in (1, 2):
        publish_build(number)
    rollback(published)
    assert publish_build(3).version == versions(published)[-1]
    assert seen_by_readers(published) == 3


def read_in_a_loop(database: str, news: Connection) -> None:
    """Joins two tables again and again; reports each version once, and what went wrong, until it is told to stop."""
    seen: set[int] = set()
    try:
        while not news.poll():
            with duckdb.connect(database, read_only=True) as connection:
                found = {pair for _ in range(5) for pair in connection.execute(JOINED).fetchall()}
            (pair,) = found
            if pair[0] != pair[1]:
                raise ValueError(f"a mixture of {pair}")
            if pair[0] not in seen:
                seen.add(pair[0])
                news.send(pair[0])
    except Exception as error:
        news.send(repr(error))


def test_a_reader_sees_whole_versions_only_while_twenty_are_published(
    published: Path, publish_build: Callable[[int], Publication]
) -> None:
    publish_build(0)
    spawning = multiprocessing.get_context("spawn")
    news, theirs = spawning.Pipe()
    reader = spawning.Process(
        target=read_in_a_loop, args=(str(published / "current" / "kpi_mart.duckdb"), theirs), daemon=True
    )
    reader.start()
    assert news.poll(60)
    seen = [news.recv()]
    for number in range(1, 21):
        publish_build(number)
    while seen[-1] != 20 and isinstance(seen[-1], int) and news.poll(60):
        seen.append(news.recv())
    news.send("stop")
    reader.join(60)
    assert reader.exitcode == 0
    assert seen == sorted(seen, key=int)
    assert (seen[0], seen[-1]) == (0, 20)
    assert len(seen) > 3


def read_all(python: Path | str, published: Path) -> dict[str, Any]:
    """What the DuckDB of that Python finds in the mart: its release, and the canonical hash of every table."""
    told = subprocess.run(
        [python, "-c", READ_ALL, published / "current" / "kpi_mart.duckdb"],
        env={"PYTHONPATH": str(Path(publishing.__file__).parent.parent)},
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(told.stdout))


def test_another_process_reads_while_a_reader_in_this_one_keeps_its_version(
    published: Path, publish_build: Callable[[int], Publication]
) -> None:
    publish_build(1)
    with opened(published) as reader:
        publication = publish_build(2)
        assert read_all(sys.executable, published)["hashes"].keys() == publication.rows.keys()
        assert reader.execute(JOINED).fetchall() == [(1, 1)]


@pytest.mark.torture
def test_duckdb_1_4_reads_the_same_from_the_published_file(
    tmp_path: Path, warehouse: duckdb.DuckDBPyConnection, published: Path
) -> None:
    tables = build(warehouse) | {"marts.wide": read_table(WIDE, "test")}
    make_table(warehouse, tables["marts.wide"])
    publish(warehouse, tables, published_dir=published, run_id="run")
    venv.create(tmp_path / "older", with_pip=True)
    python = tmp_path / "older" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "duckdb==1.4.*"], check=True)
    older, newer = read_all(python, published), read_all(sys.executable, published)
    assert older["release"].startswith("1.4.")
    assert older["hashes"] == newer["hashes"]
