"""`kpi semantics`: the KPI catalogue as definitions that a BI tool imports. Reads the configuration, no figures."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
import yaml

from pipelines.definitions import runtime_from_environment
from pipelines.failures import WrongUse
from pipelines.kpi_parts import GRAINS, measures_of
from pipelines.publishing import CURRENT, DATABASE
from pipelines.runtime import Runtime
from pipelines.semantics import kpi_dataset, metricflow_document, metrics_of, superset_bundle


class Format(StrEnum):
    """The tool that it is written for."""

    METRICFLOW = "metricflow"
    SUPERSET = "superset"


def semantics(
    form: Annotated[Format, typer.Option("--format", help="The tool to write it for.")],
    grain: Annotated[str, typer.Option(help=f"For MetricFlow: {', '.join(GRAINS)}.")] = "month",
    bundle: Annotated[
        Path | None, typer.Option(help="For Superset: write the whole dashboard to this .zip, ready to import.")
    ] = None,
) -> None:
    """The KPIs as MetricFlow or Superset reads them: sums, ratios of sums, and what is never summed."""
    if grain not in GRAINS:
        raise WrongUse("--grain", f"{grain!r} is no grain", f"use one of {', '.join(GRAINS)}")
    if bundle is not None and form is not Format.SUPERSET:
        raise WrongUse("--bundle", "only Superset imports one", "add --format superset")
    runtime = runtime_from_environment()
    tables = runtime.project.tables
    metrics = metrics_of(runtime.config, measures_of(tables))
    if bundle is not None:
        bundle.write_bytes(bundle_of(runtime))
        typer.echo(f"written to {bundle}: import it in Superset under Dashboards")
    elif form is Format.METRICFLOW:
        typer.echo(_as_yaml(metricflow_document(metrics, grain)), nl=False)
    else:
        typer.echo(_as_yaml(kpi_dataset(tables, metrics)), nl=False)


def bundle_of(runtime: Runtime) -> bytes:
    """Superset's dashboard of this configuration, connected to the mart that is published here."""
    tables, settings = runtime.project.tables, runtime.settings
    metrics = metrics_of(runtime.config, measures_of(tables))
    mart = settings.data_dir.absolute() / "published" / CURRENT / DATABASE
    return superset_bundle(settings.config_dir / "bi" / "superset", tables, metrics, mart)


def _as_yaml(document: object) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
