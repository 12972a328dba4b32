"""The composition root: the only module that looks into `assets/` and puts the parts together."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path

import dagster as dg

import assets
from pipelines.additivity import refuse_impossible_sums
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
    with warnings.catch_warnings():
        # single-run backfills are what a single-writer warehouse needs; the minor version is pinned
        warnings.simplefilter("ignore", dg.BetaWarning)
        read = _python_assets("raw", runtime)
    cut = _python_asset("meta.current_part", runtime, after=read)
    tables = table_assets(runtime.project)
    build = _python_asset("meta.build", runtime, after=tables)
    snapshots, published, review = (_python_assets(folder, runtime) for folder in LEFT)
    night = _python_asset("meta.night", runtime, after=published)
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


def _python_asset(module: str, runtime: Runtime, after: Iterable[dg.AssetsDefinition]) -> list[dg.AssetsDefinition]:
    """An asset that comes after all of the others given."""
    keys = [key for asset in after for key in asset.keys]
    found: list[dg.AssetsDefinition] = importlib.import_module(f"assets.{module}").definitions(runtime, keys)
    return found


def _python_assets(folder: str, runtime: Runtime) -> list[dg.AssetsDefinition]:
    found: list[dg.AssetsDefinition] = []
    for path in sorted((ASSETS / folder).glob("[a-z]*.py")):
        found += importlib.import_module(f"assets.{folder}.{path.stem}").definitions(runtime)
    return found


@dg.definitions
def defs() -> dg.Definitions:
    """What `workspace.yaml` loads; nothing is read before Dagster calls it."""
    return build_defs(runtime_from_environment())
