"""The composition root: the only module that looks into `assets/` and puts the parts together."""

from __future__ import annotations

import importlib
from pathlib import Path

import assets
from pipelines.build import Project
from pipelines.checks import read_cross_check
from pipelines.configuration import Config
from pipelines.tables import Table, read_table

ASSETS = Path(assets.__file__).parent
CHECKS = "checks"
WRITTEN_SCHEMAS = ("reference", "marts")


def load_project(config: Config) -> Project:
    """All tables and checks that stand in `assets/`, with this configuration.

    Raises:
        WrongUse: a table, a check or a KPI contradicts the others; file and remedy are named.
    """
    tables: dict[str, Table] = {}
    for path in sorted(ASSETS.glob("*/*.sql")):
        if path.parent.name != CHECKS:
            table = read_table(path.read_text(encoding="utf-8"), f"assets/{path.parent.name}/{path.name}")
            tables[table.name] = table
    standing = dict(tables)
    for schema in WRITTEN_SCHEMAS:
        for path in sorted((ASSETS / schema).glob("[a-z]*.py")):
            module = importlib.import_module(f"assets.{schema}.{path.stem}")
            table = read_table(module.text(config, standing), f"assets/{schema}/{path.name}")
            tables[table.name] = table
    checks = [
        read_cross_check(path.read_text(encoding="utf-8"), path.stem) for path in sorted((ASSETS / CHECKS).glob("*.sql"))
    ]
    return Project(tables, tuple(checks), config)
