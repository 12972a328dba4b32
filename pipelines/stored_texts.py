"""Every text that a build is made of, kept by its hash, so that the build can be made again after the files moved on.

A recipe is what one build ran: its table texts, checks and macros as they were compiled from the files and the
configuration of that day. Running it again belongs to `snapshots.replaying`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
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


def recipe_hash(models_hash: str, config_hash: str, definitions_hash: str) -> str:
    """The hash under which the texts of a build are kept: some are compiled from the configuration."""
    return hashlib.sha256(f"{models_hash} {config_hash} {definitions_hash}".encode()).hexdigest()


def remember_texts(
    connection: duckdb.DuckDBPyConnection,
    recipe: Recipe,
    checks: tuple[CrossCheck, ...],
    config: Config,
    models_hash: str,
) -> None:
    """Keeps every text of a build; a text that is kept already costs nothing."""
    kept_as = recipe_hash(models_hash, config.config_hash, config.definitions_hash)
    sets = [(kept_as, "model", name, table.text) for name, table in recipe.tables.items()]
    sets += [(kept_as, "check", check.name, check.text) for check in checks]
    sets.append((kept_as, "macro", "macros", recipe.macros))
    sets += [(config.config_hash, "config", name, text) for name, text in config.texts.items()]
    sets += [(config.definitions_hash, "config", name, text) for name, text in config.texts.items() if "kpis/" in name]
    known = {row[0] for row in connection.execute("select distinct set_hash from meta.text_set").fetchall()}
    stored = {row[0] for row in connection.execute("select sha256 from meta.text").fetchall()}
    for set_hash, kind, name, body in [entry for entry in sets if entry[0] not in known]:
        sha256 = hashlib.sha256(body.encode()).hexdigest()
        if sha256 not in stored:
            connection.execute("insert into meta.text values (?, ?, ?, ?)", [sha256, kind, name, body])
            stored.add(sha256)
        connection.execute("insert into meta.text_set values (?, ?, ?, ?)", [set_hash, kind, name, sha256])


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
    tables = [read_table(body, f"the kept text of {name}") for kind, name, _, body in rows if kind == "model"]
    (macros,) = [body for kind, _, _, body in rows if kind == "macro"]
    return Recipe({table.name: table for table in tables}, macros)
