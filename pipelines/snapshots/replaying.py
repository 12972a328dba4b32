"""Making a closed month again: from the loads of its cut and the texts of its day, in a scratch file.

The warehouse is only read. What the files, the configuration and the loads became since does not count.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from pipelines.engines.duckdb import KEPT, all_or_nothing
from pipelines.failures import DataFailed, WrongUse
from pipelines.loads import create_bare_tables, fix_cut
from pipelines.snapshots.chain import LINKED, recipe_of
from pipelines.snapshots.freezing import content_hash, freeze
from pipelines.snapshots.homes import create_snapshot_tables, frozen_tables, home_of
from pipelines.stored_texts import Recipe, stored_recipe
from pipelines.tables import Table, in_order

# What says which raw rows count, which rows never became any, and what was run on them; little beside the rows.
BOOKKEEPING = (
    *("meta.load", "meta.load_part", "meta.load_confirmation", "meta.ruling", "meta.ruled_part"),
    *("meta.file", "meta.rejected_row", "meta.text", "meta.text_set", "meta.erased_part"),
)
DIFFERENCES_SHOWN = 20


@dataclass(frozen=True)
class Version:
    """One version of a closed month, as its row tells."""

    snapshot_id: str
    month: date
    number: int
    business_date: date
    cut: Mapping[str, int]
    recipe: str
    definitions_hash: str
    content_sha256: str
    duckdb_version: str | None


@dataclass(frozen=True)
class Replayed:
    """A version that was made again: its hash now, and the first cells that differ from what was frozen."""

    version: Version
    rows: int
    content_sha256: str
    # that of the rows as they lie in the warehouse now
    kept_sha256: str
    differences: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        """Whether every frozen row came out as it was, and is still there as it was."""
        return self.content_sha256 == self.kept_sha256 == self.version.content_sha256


def version_of(connection: duckdb.DuckDBPyConnection, month: date, number: int | None, database: str = "") -> Version:
    """A version of a month in this or another database; without a number the newest.

    Raises:
        WrongUse: there is no such version.
    """
    found = connection.execute(
        f"""select {", ".join(LINKED)} from {database and f"{database}."}snapshots.snapshot
        where month = ? and version = coalesce(?, version) order by version desc limit 1""",
        [month, number],
    ).fetchall()
    if not found:
        which = "no version" if number is None else f"no version {number}"
        raise WrongUse(f"month {month:%Y-%m}", f"there is {which} of it", "see `kpi status`")
    row: dict[str, Any] = dict(zip(LINKED, found[0], strict=True))
    return Version(
        snapshot_id=row["snapshot_id"],
        month=row["month"],
        number=row["version"],
        business_date=row["business_date"],
        cut=json.loads(row["cut"]),
        recipe=recipe_of(row),
        definitions_hash=row["definitions_hash"],
        content_sha256=row["content_sha256"],
        duckdb_version=row["duckdb_version"],
    )


def replay(scratch: duckdb.DuckDBPyConnection, version: Version) -> Replayed:
    """Makes a version again in an empty database to which its warehouse is attached as `kept`.

    Raises:
        DataFailed: a load or a text that it was made from is missing or was changed.
    """
    take_over_loads(scratch)
    refuse_missing_loads(scratch, version)
    recipe = stored_recipe(scratch, version.recipe, version.snapshot_id)
    with runs_on_this_engine(version.snapshot_id):
        make_again(scratch, recipe, version.cut, version.business_date)
    create_snapshot_tables(scratch, recipe.tables)
    rows = freeze(scratch, recipe.tables, version.month, version.snapshot_id)
    content = content_hash(scratch, recipe.tables, version.snapshot_id)
    kept = content_hash(scratch, recipe.tables, version.snapshot_id, KEPT)
    differences = () if content == kept else tuple(_differences(scratch, recipe.tables, version))
    return Replayed(version, rows, content, kept, differences)


def take_over_loads(scratch: duckdb.DuckDBPyConnection, kept: str = KEPT) -> None:
    """The bookkeeping of the warehouse, and its raw rows where they lie."""
    with all_or_nothing(scratch):
        create_bare_tables(scratch)
        scratch.execute("create schema if not exists raw")
        lying = "select schema_name, table_name from duckdb_tables() where database_name = ? order by all"
        tables = scratch.execute(lying, [kept]).fetchall()
        # a warehouse of an earlier release may lack some
        for name in [name for name in BOOKKEEPING if tuple(name.split(".")) in tables]:
            scratch.execute(f"insert into {name} by name select * from {kept}.{name}")
        for name in [name for schema, name in tables if schema == "raw"]:
            scratch.execute(f'drop table if exists raw."{name}"')
            scratch.execute(f'create view raw."{name}" as select * from {kept}.raw."{name}"')


@contextmanager
def runs_on_this_engine(what: str) -> Iterator[None]:
    """Raises DataFailed when kept texts do not run: they are of an earlier day, and the engine may have moved on."""
    try:
        yield
    except duckdb.Error as error:
        why = f"its texts do not run on DuckDB {duckdb.__version__} ({str(error).splitlines()[0]})"
        raise DataFailed(what, why, "make it again with the release that closed it") from error


def refuse_missing_loads(scratch: duckdb.DuckDBPyConnection, version: Version) -> None:
    """Raises DataFailed when a load that a version was made from is not there."""
    known = set(scratch.execute("select object, load_id from meta.load").fetchall())
    for object_name, load_id in sorted(version.cut.items()):
        if (object_name, load_id) not in known:
            why = f"load {load_id} of {object_name}, which it was made from, is not there"
            raise DataFailed(version.snapshot_id, why, "restore a warehouse that has it with `kpi restore`")


def make_again(scratch: duckdb.DuckDBPyConnection, recipe: Recipe, cut: Mapping[str, int], business_date: date) -> None:
    """Every table of a recipe, as of a cut; its checks were judged when it was built."""
    fix_cut(scratch, cut, business_date)
    run_recipe(scratch, recipe)


def run_recipe(scratch: duckdb.DuckDBPyConnection, recipe: Recipe) -> None:
    """Every table of a recipe from the parts that count."""
    scratch.execute(recipe.macros)
    for table in in_order(recipe.tables):
        scratch.execute(f"create schema if not exists {table.schema}")
        scratch.execute(table.statement())


def _differences(scratch: duckdb.DuckDBPyConnection, tables: Mapping[str, Table], version: Version) -> Iterator[str]:
    """The first cells that came out otherwise, or rows that one side lacks; those of the month's own tables first."""
    left = DIFFERENCES_SHOWN
    for table in sorted(frozen_tables(tables), key=lambda one: one.words["snapshot"] != "month"):
        home, key = home_of(table), ", ".join(f'"{name}"' for name in table.key)
        for column in [column.name for column in table.columns if column.name not in table.key] or [table.key[0]]:
            rows = scratch.execute(
                f"""select {key}, frozen."{column}", remade."{column}"
                from (select * from {KEPT}.{home} where snapshot_id = $id) as frozen
                full join (select * from {home} where snapshot_id = $id) as remade using ({key})
                where frozen."{column}" is distinct from remade."{column}" order by {key} limit {left}""",
                {"id": version.snapshot_id},
            ).fetchall()
            for *identity, then, now in rows:
                yield f"{table.name} {' '.join(map(str, identity))}: {column} was {then} and is {now}"
            left -= len(rows)
            if left <= 0:
                return
