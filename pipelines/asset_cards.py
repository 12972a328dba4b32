"""What the UI tells of every asset beside what it computes: where its text stands, how old it may become, its columns.

Descriptions and checks belong to the assets themselves, and so do the columns of a table that has its own text.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import dagster as dg

from pipelines.build import Project
from pipelines.loads.schema import META_TABLES
from pipelines.raw_columns import raw_columns
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.snapshots.homes import OWN_TABLES
from pipelines.sql_assets import column_docs
from pipelines.tables import Column

# as `kpi doctor --freshness 26h`: a day, the hour that autumn adds, and the night itself
NIGHTLY = timedelta(hours=26)
# the longest time between two closes, and some days for a month that waits for a repair
MONTHLY = timedelta(days=35)
MADE_MONTHLY = ("snapshots",)
COLUMNS = "dagster/column_schema"


@dataclass(frozen=True)
class Cards:
    """The cards of all assets; `columns` are those of tables that no text of `assets/` declares."""

    settings: Settings
    columns: Mapping[str, Sequence[Column]]

    def on(self, asset: dg.AssetsDefinition, path: str) -> dg.AssetsDefinition:
        """The asset with its card; its text is at `path` below the project."""
        with warnings.catch_warnings():
            # code references are what the UI links sources by; the minor version is pinned
            warnings.simplefilter("ignore", dg.BetaWarning)
            reference = dg.CodeReferencesMetadataValue(code_references=[_reference(path, self.settings)])
        return asset.map_asset_specs(lambda spec: self._completed(spec, reference))

    def _completed(self, spec: dg.AssetSpec, reference: dg.CodeReferencesMetadataValue) -> dg.AssetSpec:
        window, name = MONTHLY if spec.group_name in MADE_MONTHLY else NIGHTLY, ".".join(spec.key.path)
        told: dict[str, object] = {"dagster/code_references": reference}
        if COLUMNS not in spec.metadata and name in self.columns:
            told[COLUMNS] = dg.TableSchema(column_docs(self.columns[name]))
        if COLUMNS in {*spec.metadata, *told}:
            told["dagster/table_name"] = name
        policy = dg.FreshnessPolicy.time_window(fail_window=window)
        return spec.replace_attributes(freshness_policy=policy).merge_attributes(metadata=told)


def cards(project: Project, settings: Settings) -> Cards:
    """The cards of a project's assets."""
    bookkeeping = {
        name: [Column(*column[:2], False, column[2]) for column in columns]
        for name, (_, columns) in {**META_TABLES, **OWN_TABLES}.items()
    }
    return Cards(settings, {**raw_columns(project.tables), **bookkeeping})


def _reference(path: str, settings: Settings) -> dg.UrlCodeReference | dg.LocalFileCodeReference:
    """In the repository browser that is configured, else on this machine: found anew at each load, stored nowhere."""
    if settings.source_url:
        return dg.UrlCodeReference(url=f"{settings.source_url.rstrip('/')}/{path}", label=path)
    return dg.LocalFileCodeReference(file_path=str(PROJECT_ROOT / path), label=path)
