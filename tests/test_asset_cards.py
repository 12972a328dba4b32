"""What the Dagster UI can tell of every asset before anything ran: nobody has to open the code to know what it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.checks import KEY_CHECK
from pipelines.definitions import assembled, build_defs
from pipelines.raw_columns import raw_columns
from pipelines.runtime import Runtime
from pipelines.settings import PROJECT_ROOT, load_settings

# what these make is a file, a page or a verdict, and has no columns
NO_TABLES = {"published/kpi_mart", "published/backup", "review/page", "meta/night"}
SHOWN_HOME = "https://github.com/company/kpi/blob/main/"


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    return assembled(load_settings({}))


@pytest.fixture(scope="module")
def graph(runtime: Runtime) -> Any:
    return build_defs(runtime).resolve_asset_graph()


def nodes(graph: Any) -> Iterator[tuple[str, Any]]:
    for key in sorted(graph.get_all_asset_keys()):
        yield "/".join(key.path), graph.get(key)


def lacking(graph: Any, what: str) -> list[str]:
    return [name for name, node in nodes(graph) if not getattr(node, what)]


@pytest.mark.parametrize("what", ["description", "owners", "kinds", "group_name", "freshness_policy"])
def test_no_asset_lacks_what_is_asked_of_all(graph: Any, what: str) -> None:
    assert lacking(graph, what) == []


def test_every_column_of_every_table_is_described_and_typed(graph: Any) -> None:
    without = []
    for name, node in nodes(graph):
        schema = node.metadata.get("dagster/column_schema")
        if schema is None:
            without.append(name)
        else:
            assert all(column.description and column.type for column in schema.columns), name
            assert node.metadata["dagster/table_name"] == name.replace("/", ".")
    assert set(without) == NO_TABLES


def test_the_columns_of_a_key_and_the_required_ones_are_told(graph: Any, runtime: Runtime) -> None:
    table = runtime.project.tables["marts.funnel_cohort"]
    schema = graph.get(dg.AssetKey(["marts", "funnel_cohort"])).metadata["dagster/column_schema"]
    columns = {column.name: column.constraints for column in schema.columns}
    assert {name for name, told in columns.items() if told.other == ["part of the key"]} == set(table.key)
    assert not columns["cohort_month"].nullable
    assert schema.constraints.other == [
        f"key: {', '.join(table.key)}",
        "never_more_than_leads: reached <= cohort_leads",
    ]


def test_a_raw_column_is_told_as_the_staging_column_that_takes_it_over(runtime: Runtime) -> None:
    tables = runtime.project.tables
    told = {column.name: column.comment for column in raw_columns(tables)["raw.lead"]}
    staged = {column.name: column.comment for column in tables["staging.lead"].columns}
    assert told["created_at"] == staged["created_at"]
    assert told["scored_at"] == "as files of the inbox tell it", "staging.lead does not read it"
    assert told["device"] == "as files of the inbox tell it", "staging writes it in lower case: another value"


def test_a_raw_column_of_ga4_that_is_not_taken_over_has_the_name_that_ga4_gives_it(runtime: Runtime) -> None:
    told = {column.name: column.comment for column in raw_columns(runtime.project.tables)["raw.ga4_channel_day"]}
    assert told["average_session_duration"] == "averageSessionDuration as GA4 sends it"


def test_a_table_shows_its_query_and_the_statement_that_is_run(graph: Any, runtime: Runtime) -> None:
    for name, table in runtime.project.tables.items():
        told = graph.get(dg.AssetKey(name.split("."))).metadata
        assert table.query in told["SQL"].value
        assert told["compiled SQL"].value.startswith(f"```sql\ncreate or replace table {name} as")


def test_every_asset_leads_to_its_text_on_this_machine(graph: Any) -> None:
    for name, node in nodes(graph):
        (reference,) = node.metadata["dagster/code_references"].code_references
        path = Path(reference.file_path)
        assert path.is_file() and path.is_relative_to(PROJECT_ROOT / "assets"), name
        assert reference.label == str(path.relative_to(PROJECT_ROOT))


def test_with_an_address_of_the_sources_no_path_of_the_machine_is_told() -> None:
    graph = build_defs(assembled(load_settings({"KPI_SOURCE_URL": SHOWN_HOME}))).resolve_asset_graph()
    references = {name: node.metadata["dagster/code_references"].code_references[0].url for name, node in nodes(graph)}
    assert references["marts/kpi_value"] == f"{SHOWN_HOME}assets/marts/kpi_value.sql"
    assert references["marts/kpi_part"] == f"{SHOWN_HOME}assets/marts/kpi_part.py"
    assert references["raw/ga4_channel_day"] == f"{SHOWN_HOME}assets/raw/ga4.py"
    assert all(url.startswith(SHOWN_HOME) for url in references.values())


def test_what_a_night_makes_is_old_after_a_day_and_a_closed_month_after_a_month(graph: Any) -> None:
    windows = {name: node.freshness_policy.fail_window.to_timedelta() for name, node in nodes(graph)}
    assert windows["marts/kpi_value"] == timedelta(hours=26)
    assert windows["snapshots/kpi_value"] == timedelta(days=35)


def test_every_check_is_named_and_told_as_a_sentence(graph: Any) -> None:
    for key in graph.asset_check_keys:
        spec = graph.get_check_spec(key)
        assert len(key.name.split("_")) > 1, key
        assert spec.description and spec.description[0].isupper(), key
    assert KEY_CHECK in {key.name for key in graph.asset_check_keys}


def test_any_range_of_days_is_one_run(graph: Any) -> None:
    partitioned = [node for _, node in nodes(graph) if node.partitions_def is not None]
    assert len(partitioned) == 7
    assert all(node.backfill_policy == dg.BackfillPolicy.single_run() for node in partitioned)
