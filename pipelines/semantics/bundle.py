"""The dashboard of `config/bi/superset` as one file that Superset imports, its datasets made from what is published.

Charts, dashboard and connection are the files as they stand; no formula is typed in them. What a chart asks of the
database is written beside it, so that Superset's API can run it before anybody opened it.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from pipelines.failures import WrongUse
from pipelines.loads.schema import META_TABLES
from pipelines.semantics.metrics import Metric
from pipelines.semantics.superset import KPI_VALUE, VERSION, dataset
from pipelines.tables import Table

ROOT = "kpi_mart"
BUILD = "meta.build"
OTHERS = ("marts.funnel_period", "marts.email_campaign", "marts.kpi_target_status")
FOLDERS = ("charts", "dashboards", "databases")
# the same files are the same archive, whenever it is made
MADE = (2026, 1, 1, 0, 0, 0)
METADATA = {"version": VERSION, "type": "Dashboard", "timestamp": "2026-01-01T00:00:00+00:00"}


def superset_bundle(folder: Path, tables: Mapping[str, Table], metrics: Iterable[Metric], mart: Path) -> bytes:
    """The archive; `mart` is the file that Superset connects to.

    Raises:
        WrongUse: the folder does not hold a dashboard.
    """
    files = {"metadata.yaml": METADATA, **dict(_standing(folder, mart)), **dict(_datasets(tables, metrics))}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in sorted(files.items()):
            text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
            bundle.writestr(zipfile.ZipInfo(f"{ROOT}/{name}", MADE), text)
    return archive.getvalue()


def query_context(params: Mapping[str, Any]) -> dict[str, Any]:
    """The query that the page would send for a chart; Superset fills in the dataset."""
    columns = params.get("all_columns") or params.get("groupby", [])
    if "x_axis" in params:
        axis = {"label": params["x_axis"], "sqlExpression": params["x_axis"], "expressionType": "SQL"}
        columns = [{**axis, "columnType": "BASE_AXIS", "timeGrain": params["time_grain_sqla"]}, *columns]
    query = {
        "columns": columns,
        "metrics": None if "all_columns" in params else params.get("metrics") or [params["metric"]],
        "filters": [
            {"col": one["subject"], "op": one["operator"], "val": one["comparator"]} for one in params["adhoc_filters"]
        ],
        "orderby": [json.loads(one) for one in params.get("order_by_cols", [])],
        "row_limit": params["row_limit"],
        "time_range": "No filter",
    }
    return {
        "datasource": {"id": 0, "type": "table"},
        "queries": [query],
        "form_data": dict(params),
        "result_format": "json",
        "result_type": "full",
    }


def _standing(folder: Path, mart: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The files as they stand, with the path of the mart and the query of each chart."""
    found = [path for name in FOLDERS for path in sorted((folder / name).glob("*.yaml"))]
    if {path.parent.name for path in found} != set(FOLDERS):
        remedy = "put config/bi/superset back; the repository holds it"
        raise WrongUse(str(folder), f"it does not hold {', '.join(FOLDERS)} for Superset", remedy)
    for path in found:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if path.parent.name == "charts":
            content["query_context"] = json.dumps(query_context(content["params"]))
        elif path.parent.name == "databases":
            content["sqlalchemy_uri"] = content["sqlalchemy_uri"].format(mart=mart)
        yield f"{path.parent.name}/{path.name}", content


def kpi_dataset(tables: Mapping[str, Table], metrics: Iterable[Metric]) -> dict[str, Any]:
    """The KPIs with every metric, as Superset imports them."""
    return _dataset(tables[KPI_VALUE], metrics)


def _datasets(tables: Mapping[str, Table], metrics: Iterable[Metric]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield _file(KPI_VALUE), kpi_dataset(tables, metrics)
    for name in OTHERS:
        yield _file(name), _dataset(tables[name])
    comment, columns_of_build = META_TABLES[BUILD]
    yield _file(BUILD), dataset(BUILD, comment, columns_of_build)


def _dataset(table: Table, metrics: Iterable[Metric] = ()) -> dict[str, Any]:
    columns = [(column.name, column.type, column.comment) for column in table.columns]
    return dataset(table.name, table.description, columns, metrics)


def _file(table: str) -> str:
    return f"datasets/kpi_mart/{table.partition('.')[2]}.yaml"
