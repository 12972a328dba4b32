"""The Dagster UI after a real run: whoever opens it finds every layer, every explanation and a green night."""

from __future__ import annotations

import csv
import re
from typing import Any

import duckdb
import pytest
from conftest import Ui
from demo_served import Demo
from playwright.sync_api import Locator, expect

from pipelines.checks import KEY_CHECK
from pipelines.definitions import assembled, build_defs
from pipelines.settings import load_settings
from pipelines.tables import Table

pytestmark = pytest.mark.browser

GROUPS = ("raw", "reference", "staging", "facts", "measures", "marts", "snapshots", "review", "published")
LOCATION = "/locations/__repository__@marketing_kpi_pipeline"
ASSET = "marts.kpi_value"
ASSET_PAGE = "/assets/marts/kpi_value"
JOBS = ("nightly", "files", "month_close")
SCHEDULES = ("nightly_schedule", "month_close_schedule")
SENSORS = ("inbox_sensor", "run_failure_alert")
E_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE)
# Columns of the demo company's files that stand for one person or one company.
IDENTIFYING = ("lead_id", "customer_id", "company_id", "account_id")
LATEST_METADATA = """{ assetsOrError { ... on AssetConnection { nodes {
  key { path }
  assetMaterializations(limit: 1) { metadataEntries {
    label description
    ... on MarkdownMetadataEntry { mdStr }
    ... on TextMetadataEntry { text }
    ... on JsonMetadataEntry { jsonString }
    ... on PathMetadataEntry { path }
  } }
} } } }"""
ALL_DESCRIPTIONS = """{
  assetNodes { assetKey { path } description groupName }
  repositoriesOrError { ... on RepositoryConnection { nodes {
    jobs { name description }
    schedules { name description }
    sensors { name description }
  } } }
}"""


@pytest.fixture(scope="module")
def definitions() -> Any:
    return build_defs(assembled(load_settings({})))


@pytest.fixture(scope="module")
def kpi_value() -> Table:
    return assembled(load_settings({})).project.tables[ASSET]


def _published(demo: Demo, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(demo.data / "published/current/kpi_mart.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def _metadata(ui: Ui, key: str) -> Locator:
    """The row of the metadata table of an asset's page."""
    return ui.page.locator("tr", has=ui.page.get_by_text(key, exact=True))


def test_the_lineage_shows_every_layer(ui: Ui) -> None:
    page = ui.open("/asset-groups")
    for group in GROUPS:
        expect(page.get_by_text(group, exact=True).first).to_be_visible()
    ui.keep("lineage")


def test_the_catalogue_lists_the_marts_each_with_its_sentence(ui: Ui, kpi_value: Table) -> None:
    page = ui.open("/assets/marts?view=folder")
    usual = page.viewport_size
    # the list draws the rows that fit the window
    page.set_viewport_size({"width": 1400, "height": 2400})
    expect(page.get_by_text("kpi_value", exact=True).first).to_be_visible()
    expect(page.get_by_text(kpi_value.description[:40]).first).to_be_visible()
    assert "```" not in page.inner_text("body"), "a query stands where a sentence should"
    ui.keep("catalogue")
    page.set_viewport_size(usual or {"width": 1400, "height": 1000})


def test_an_asset_explains_itself_and_each_of_its_columns(ui: Ui, kpi_value: Table) -> None:
    page = ui.open(f"{ASSET_PAGE}?view=overview")
    expect(page.get_by_text(kpi_value.description, exact=True).first).to_be_visible()
    for column in kpi_value.columns:
        row = page.locator("tr", has=page.get_by_text(column.name, exact=True)).first
        expect(row).to_contain_text(column.comment)
    ui.keep("kpi_value")


def test_an_asset_shows_as_many_rows_as_were_published(ui: Ui, demo: Demo) -> None:
    page = ui.open(f"{ASSET_PAGE}?view=overview")
    ((rows,),) = _published(demo, "select count(*) from marts.kpi_value")
    expect(page.get_by_text(f"{rows:,}", exact=True).first).to_be_visible()


def test_an_asset_names_the_tables_it_is_made_from(ui: Ui, kpi_value: Table) -> None:
    page = ui.open(f"{ASSET_PAGE}?view=overview")
    for name in kpi_value.dependencies:
        if not name.startswith("meta."):
            expect(page.get_by_text(name.replace(".", " / "), exact=True).first).to_be_visible()
    ui.open(f"{ASSET_PAGE}?view=lineage")
    expect(page.get_by_text("kpi_figure", exact=True).first).to_be_visible()
    ui.keep("kpi_value_lineage")


def test_the_columns_of_an_asset_name_the_columns_they_are_made_from(ui: Ui) -> None:
    asked = """{ assetOrError(assetKey: {path: ["marts", "kpi_value"]}) { ... on Asset {
      assetMaterializations(limit: 1) { metadataEntries { ... on TableColumnLineageMetadataEntry {
        lineage { columnName columnDeps { columnName assetKey { path } } } } } } } } }"""
    (materialised,) = ui.ask(asked)["assetOrError"]["assetMaterializations"]
    (lineage,) = [entry["lineage"] for entry in materialised["metadataEntries"] if "lineage" in entry]
    sources = {
        one["columnName"]: {(".".join(dep["assetKey"]["path"]), dep["columnName"]) for dep in one["columnDeps"]}
        for one in lineage
    }
    assert ("marts.kpi_figure", "numerator") in sources["numerator"]
    assert ("marts.kpi_figure", "unit") in sources["unit"]


def test_the_preview_shows_the_first_rows_as_a_table(ui: Ui, demo: Demo, kpi_value: Table) -> None:
    page = ui.open(f"{ASSET_PAGE}?view=overview")
    _metadata(ui, "preview").get_by_text("[Show Markdown]").click()
    table = page.get_by_role("dialog").locator("table")
    expect(table.locator("th")).to_have_text([column.name for column in kpi_value.columns])
    (first,) = _published(
        demo,
        f"select kpi_id, grain, period_start, slice, member from {ASSET} order by {', '.join(kpi_value.key)} limit 1",
    )
    shown = table.locator("tbody tr").first.locator("td").all_inner_texts()
    assert shown[: len(first)] == [str(value) for value in first]
    ui.keep("kpi_value_preview")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()


def test_the_query_of_a_table_can_be_read(ui: Ui, kpi_value: Table) -> None:
    page = ui.open(f"{ASSET_PAGE}?view=overview")
    _metadata(ui, "SQL").get_by_text("[Show Markdown]").click()
    expect(page.get_by_role("dialog")).to_contain_text(kpi_value.query.strip().splitlines()[-1])
    page.get_by_role("dialog").get_by_role("button", name="Close").click()


def test_the_checks_of_an_asset_passed_and_say_what_they_ask(ui: Ui, definitions: Any, kpi_value: Table) -> None:
    page = ui.open(f"{ASSET_PAGE}?view=checks")
    keys = definitions.resolve_asset_graph().asset_check_keys
    names = {key.name for key in keys if ".".join(key.asset_key.path) == ASSET}
    assert {KEY_CHECK, *(name for name, _ in kpi_value.checks)} < names, "there are checks between tables too"
    expect(page.get_by_text(f"Checks ({len(names)})")).to_be_visible()
    for name in names:
        ui.open(f"{ASSET_PAGE}?view=checks&checkDetail={name}")
        expect(page.get_by_text(name, exact=True).first).to_be_visible()
        expect(page.get_by_text("Passed", exact=True).first).to_be_visible()
    expect(page.get_by_text("Succeeded", exact=True)).to_have_count(len(names))
    ui.open(f"{ASSET_PAGE}?view=checks&checkDetail={KEY_CHECK}")
    expect(page.get_by_text(f"No two rows have the same {', '.join(kpi_value.key)}, and")).to_be_visible()
    ui.keep("kpi_value_checks")


def test_nothing_that_the_ui_keeps_tells_a_person(ui: Ui, demo: Demo) -> None:
    persons = {
        row[column]
        for path in sorted((demo.data / "inbox").glob("*/*.csv"))
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
        for column in IDENTIFYING
        if row.get(column)
    }
    assert len(persons) > 1000
    told, kept = [], set()
    for node in ui.ask(LATEST_METADATA)["assetsOrError"]["nodes"]:
        for entry in node["assetMaterializations"][0]["metadataEntries"]:
            kept.add(entry["label"])
            texts = [value for name, value in entry.items() if name != "label" and isinstance(value, str)]
            words = {word for text in texts for word in re.findall(r"[\w-]+", text)}
            if words & persons or any(E_MAIL.search(text) for text in texts):
                told.append(("/".join(node["key"]["path"]), entry["label"]))
    assert told == []
    assert {"preview", "read", "cut"} <= kept


def test_everything_has_a_description(ui: Ui) -> None:
    answer = ui.ask(ALL_DESCRIPTIONS)
    (repository,) = answer["repositoriesOrError"]["nodes"]
    nameless = ["/".join(node["assetKey"]["path"]) for node in answer["assetNodes"] if not node["description"]]
    for kind in ("jobs", "schedules", "sensors"):
        nameless += [
            one["name"] for one in repository[kind] if not one["description"] and not one["name"].startswith("__")
        ]
    assert nameless == []
    assert {node["groupName"] for node in answer["assetNodes"]} == {*GROUPS, "meta"}


@pytest.mark.parametrize("job", JOBS)
def test_a_job_is_listed_and_explained(ui: Ui, definitions: Any, job: str) -> None:
    page = ui.open("/jobs")
    expect(page.get_by_text(job, exact=True).first).to_be_visible()
    ui.keep("jobs")
    ui.open(f"{LOCATION}/jobs/{job}")
    expect(page.get_by_text(definitions.resolve_job_def(job).description, exact=True)).to_be_visible()


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_schedule_is_listed_and_explained_and_off_in_the_demo(ui: Ui, definitions: Any, schedule: str) -> None:
    page = ui.open("/automation")
    expect(page.get_by_text(schedule, exact=True).first).to_be_visible()
    ui.keep("automation")
    definition = definitions.resolve_schedule_def(schedule)
    ui.open(f"{LOCATION}/schedules/{schedule}")
    expect(page.get_by_text(definition.description, exact=True)).to_be_visible()
    expect(page.get_by_text(definition.job_name, exact=True).first).to_be_visible()
    expect(page.get_by_text("Europe/Amsterdam")).to_be_visible()
    expect(page.get_by_text("Schedule has never run")).to_be_visible()


@pytest.mark.parametrize("sensor", SENSORS)
def test_a_sensor_is_listed_and_explained(ui: Ui, definitions: Any, sensor: str) -> None:
    page = ui.open("/automation")
    expect(page.get_by_text(sensor, exact=True).first).to_be_visible()
    ui.open(f"{LOCATION}/sensors/{sensor}")
    expect(page.get_by_text(definitions.resolve_sensor_def(sensor).description, exact=True)).to_be_visible()


def test_the_runs_of_the_demo_are_green(ui: Ui) -> None:
    page = ui.open("/runs")
    for job in ("nightly", "month_close"):
        expect(page.get_by_text(job, exact=True).first).to_be_visible()
    expect(page.get_by_text("Success", exact=True)).to_have_count(2)
    expect(page.get_by_text("Failure", exact=True)).to_have_count(0)
    ui.keep("runs")
    for run in ui.ask("{ runsOrError { ... on Runs { results { id status } } } }")["runsOrError"]["results"]:
        assert run["status"] == "SUCCESS"
        ui.open(f"/runs/{run['id']}")
        expect(page.get_by_text("No steps have errored")).to_be_visible()
        ui.keep(f"run_{run['id'][:8]}")


def test_the_code_location_is_loaded_without_an_error(ui: Ui) -> None:
    page = ui.open("/deployment/locations")
    expect(page.get_by_text("Loaded", exact=True)).to_be_visible()
    expect(page.get_by_text("marketing_kpi_pipeline", exact=True).first).to_be_visible()
    ui.keep("code_location")


@pytest.mark.parametrize("asset", ["raw/ga4_channel_day", "snapshots/kpi_value", "review/page", "published/kpi_mart"])
def test_what_is_no_table_of_the_build_is_explained_too(ui: Ui, definitions: Any, asset: str) -> None:
    page = ui.open(f"/assets/{asset}?view=overview")
    keys = {"/".join(key.path): key for key in definitions.resolve_all_asset_keys()}
    spec = definitions.resolve_asset_graph().get(keys[asset])
    expect(page.get_by_text(spec.description.split("`")[0].strip()).first).to_be_visible()
    expect(page.get_by_text("Latest materialization")).to_be_visible()
    expect(page.get_by_text("Never materialized")).to_have_count(0)
    ui.keep(asset.replace("/", "_"))
