"""Every text that a build is made of, kept by its hash, so that the build can be made again after the files moved on.

A recipe is what one build ran: its table texts, checks and macros as they were compiled from the files and the
configuration of that day. Running it again belongs to `snapshots.replaying`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from pipelines.checks import CrossCheck
from pipelines.configuration import Config
from pipelines.failures import DataFailed
from pipelines.tables import Table, read_table


@dataclass(frozen=True)
class Recipe:
    """What a build runs, besides the loads."""

    tables: Mapping[str, Table]
    macros: str


@dataclass(frozen=True)
class Text:
    """One text of a set: a table, a check, the macros, or a file of the configuration."""

    set_hash: str
    kind: str
    name: str
    body: str

    @property
    def sha256(self) -> str:
        """What it is kept by."""
        return hashlib.sha256(self.body.encode()).hexdigest()


def recipe_hash(models_hash: str, config_hash: str, definitions_hash: str) -> str:
    """The hash under which the texts of a build are kept: some are compiled from the configuration."""
    return hashlib.sha256(f"{models_hash} {config_hash} {definitions_hash}".encode()).hexdigest()


def texts_of(recipe: Recipe, checks: Iterable[CrossCheck], kept_as: str) -> list[Text]:
    """What is kept of a recipe, under its hash."""
    texts = [Text(kept_as, "model", name, table.text) for name, table in recipe.tables.items()]
    texts += [Text(kept_as, "check", check.name, check.text) for check in checks]
    return [*texts, Text(kept_as, "macro", "macros", recipe.macros)]


def configuration_texts(config: Config) -> list[Text]:
    """The files of a configuration, under its hash, and those of the definitions under theirs."""
    files = config.texts.items()
    texts = [Text(config.config_hash, "config", name, text) for name, text in files]
    return [*texts, *(Text(config.definitions_hash, "config", name, text) for name, text in files if "kpis/" in name)]


def remember_texts(connection: duckdb.DuckDBPyConnection, texts: Iterable[Text]) -> None:
    """Keeps texts; a set that is kept already costs nothing."""
    known = {row[0] for row in connection.execute("select distinct set_hash from meta.text_set").fetchall()}
    stored = {row[0] for row in connection.execute("select sha256 from meta.text").fetchall()}
    for text in [one for one in texts if one.set_hash not in known]:
        if text.sha256 not in stored:
            row = [text.sha256, text.kind, text.name, text.body]
            connection.execute("insert into meta.text values (?, ?, ?, ?)", row)
            stored.add(text.sha256)
        named = [text.set_hash, text.kind, text.name, text.sha256]
        connection.execute("insert into meta.text_set values (?, ?, ?, ?)", named)


def kept_queries(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Every text of a table or check that was ever built with, by its name and hash."""
    kept = connection.execute("select name || ' ' || sha256, body from meta.text where kind in ('model', 'check')")
    return dict(kept.fetchall())


def stored_recipe(connection: duckdb.DuckDBPyConnection, kept_as: str, what: str) -> Recipe:
    """The recipe that is kept under a hash; `what` is named in errors.

    Raises:
        DataFailed: it was never kept, or a text was changed by other hands.
    """
    rows = connection.execute(
        """select s.kind, s.name, s.sha256, t.body from meta.text_set as s
        left join meta.text as t on t.sha256 = s.sha256 where s.set_hash = ? order by s.kind, s.name""",
        [kept_as],
    ).fetchall()
    if not rows:
        raise DataFailed(what, "the texts it was made from are not kept", "restore a warehouse that has them")
    for _, name, sha256, body in rows:
        if body is None or hashlib.sha256(body.encode()).hexdigest() != sha256:
            why = f"the kept text of {name} is not the one that was stored"
            raise DataFailed(what, why, "restore the warehouse from a backup with `kpi restore`")
    tables = [
        read_table(body, f"the kept text of {name}", is_kept=True) for kind, name, _, body in rows if kind == "model"
    ]
    (macros,) = [body for kind, _, _, body in rows if kind == "macro"]
    return Recipe({table.name: table for table in tables}, macros)
