"""The composition root: the only module that looks into `assets/` and puts the parts together."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path

import dagster as dg

import assets
from pipelines.additivity import refuse_impossible_sums
from pipelines.asset_cards import cards
from pipelines.build import Project
from pipelines.checks import read_cross_check
from pipelines.configuration import Config, load_config
from pipelines.jobs import jobs, schedules
from pipelines.progress import progress_logger
from pipelines.resources import resources
from pipelines.runtime import Runtime
from pipelines.sensors import sensors
from pipelines.settings import Settings, load_settings
from pipelines.sql_assets import cross_check_definitions, table_assets
from pipelines.tables import Table, read_table

ASSETS = Path(assets.__file__).parent
CHECKS = "checks"
WRITTEN_SCHEMAS = ("reference", "marts")
LEFT = ("snapshots", "published", "review")


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
    refuse_impossible_sums(tables)
    checks = [
        read_cross_check(path.read_text(encoding="utf-8"), path.stem)
        for path in sorted((ASSETS / CHECKS).glob("*.sql"))
    ]
    return Project(tables, tuple(checks), config)


def runtime_from_environment(environ: Mapping[str, str] | None = None) -> Runtime:
    """Settings, configuration and project as the environment says."""
    settings = load_settings(environ)
    return assembled(settings)


def assembled(settings: Settings) -> Runtime:
    """The runtime of given settings."""
    config = load_config(settings.config_dir)
    return Runtime(settings, config, load_project(config))


def build_defs(runtime: Runtime, **overrides: object) -> dg.Definitions:
    """Everything Dagster knows; `overrides` replace resources by name."""
    parts = _Parts(runtime)
    with warnings.catch_warnings():
        # single-run backfills are what a single-writer warehouse needs; the minor version is pinned
        warnings.simplefilter("ignore", dg.BetaWarning)
        read = parts.of_folder("raw")
    cut = parts.of_module("meta.current_part", after=read)
    tables = parts.of_tables()
    build = parts.of_module("meta.build", after=tables)
    snapshots, published, review = (parts.of_folder(folder) for folder in LEFT)
    night = parts.of_module("meta.night", after=published)
    return dg.Definitions(
        assets=[*read, *cut, *tables, *build, *snapshots, *published, *review, *night],
        asset_checks=cross_check_definitions(runtime.project),
        jobs=jobs(),
        schedules=schedules(runtime),
        sensors=sensors(runtime),
        resources={**resources(runtime), **overrides},
        executor=dg.in_process_executor,
        loggers={"progress": progress_logger},
    )


class _Parts:
    """The assets of a runtime by where they stand, each with its card."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._cards = cards(runtime.project, runtime.settings)

    def of_module(self, name: str, after: Iterable[dg.AssetsDefinition]) -> list[dg.AssetsDefinition]:
        """An asset that comes after all of the others given."""
        return self._defined(name, [key for asset in after for key in asset.keys])

    def of_folder(self, folder: str) -> list[dg.AssetsDefinition]:
        """The assets of all modules of a folder."""
        paths = sorted((ASSETS / folder).glob("[a-z]*.py"))
        return [asset for path in paths for asset in self._defined(f"{folder}.{path.stem}")]

    def of_tables(self) -> list[dg.AssetsDefinition]:
        """An asset for every table."""
        return [self._cards.on(asset, _text_of(asset.key)) for asset in table_assets(self._runtime.project)]

    def _defined(self, name: str, *after: list[dg.AssetKey]) -> list[dg.AssetsDefinition]:
        found: list[dg.AssetsDefinition] = importlib.import_module(f"assets.{name}").definitions(self._runtime, *after)
        return [self._cards.on(asset, f"assets/{name.replace('.', '/')}.py") for asset in found]


def _text_of(key: dg.AssetKey) -> str:
    """The file that a table's text stands in, or that writes it."""
    schema, name = key.path
    kind = "sql" if (ASSETS / schema / f"{name}.sql").exists() else "py"
    return f"assets/{schema}/{name}.{kind}"


@dg.definitions
def defs() -> dg.Definitions:
    """What `workspace.yaml` loads; nothing is read before Dagster calls it."""
    return build_defs(runtime_from_environment())
