"""An engineer's morning in the Dagster UI: the night is started, looked at, broken, and mended by what it says."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Ui
from demo_served import command, served
from desk import LAST_NIGHT, Desk, new_desk
from playwright.sync_api import Browser, expect

from pipelines.checks import KEY_CHECK
from pipelines.definitions import runtime_from_environment
from pipelines.night_figures import FIGURES
from pipelines.sandbox.mailchimp_faults import Fault

# a night and a half take too long for every change
pytestmark = pytest.mark.torture

JOB = "/locations/__repository__@marketing_kpi_pipeline/jobs/nightly"
ASSET, ASSET_PAGE = "marts.kpi_value", "/assets/marts/kpi_value"
MART_PAGE = "/assets/published/kpi_mart"
FIRST, LAST = "2026-08-29", "2026-09-04"
RUN_MILLISECONDS = 400_000
PATIENCE = 120_000
# the list of events goes on below its edge, and a text there has a place but is not seen
ON_SCREEN = """line => {
  const place = line.getBoundingClientRect();
  const seen = document.elementFromPoint(place.x + 4, place.y + 4);
  return seen !== null && (line.contains(seen) || seen.contains(line));
}"""
RUNS = "{ runsOrError { ... on Runs { results { id status tags { key value } } } } }"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A machine on which nothing was run yet, with both APIs on loopback."""
    with new_desk(tmp_path_factory.mktemp("machine"), LAST_NIGHT) as one:
        # the broken night ends where it breaks: the rest of it is not what is looked at here
        one.configure("sources.yaml", "on_failure: publish_stale", "on_failure: hold")
        yield one


@pytest.fixture(scope="module")
def cockpit(company: Desk, browser: Browser, shots: Path) -> Iterator[Ui]:
    """`kpi ui` on it, webserver and daemon."""
    log = company.folder / "ui.txt"
    with (
        served([command("kpi"), "ui"], os.environ, log) as address,
        browser.new_context(viewport={"width": 1400, "height": 1000}) as context,
    ):
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        yield Ui(address, page, shots)


def _runs(ui: Ui) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ui.ask(RUNS)["runsOrError"]["results"]
    return found


def _launch(ui: Ui, first: str, last: str) -> dict[str, Any]:
    """Starts the nightly job for some days as a person does; answers with the one run that it becomes."""
    before, page = {run["id"] for run in _runs(ui)}, ui.page
    page.goto(f"{ui.address}{JOB}")
    # before the job is loaded its button does nothing
    page.get_by_text("Reads all sources").first.wait_for()
    page.get_by_role("button", name="Materialize all").first.click()
    dialog, confirm = page.get_by_role("dialog"), page.get_by_role("button", name="Confirm")
    selection = dialog.get_by_text("Partition selection", exact=True)
    selection.or_(confirm).first.wait_for()
    # before a month was ever closed it asks whether the pages can be made
    if confirm.count():
        confirm.click()
    selection.wait_for()
    # by itself it offers the last 90 days of the clock on the wall, and the company stands still
    dialog.get_by_text("Show all partitions", exact=True).click()
    days = dialog.get_by_placeholder("ex: ")
    days.fill(f"[{first}...{last}]")
    days.press("Enter")
    # one day is a run, several are a backfill
    launch = dialog.get_by_role("button", name=re.compile("^Launch (1 run|backfill)$"))
    expect(launch).to_be_enabled(timeout=PATIENCE)
    ui.keep(f"launch_{last}")
    launch.click()
    expect(dialog).to_have_count(0, timeout=PATIENCE)
    while not (started := [run for run in _runs(ui) if run["id"] not in before]):
        page.wait_for_timeout(1000)
    (run,) = started
    return run


def _ends(ui: Ui, run: dict[str, Any], how: str) -> None:
    """The page of the run tells how it ended, by itself."""
    ui.page.goto(f"{ui.address}/runs/{run['id']}")
    expect(ui.page.get_by_text(how, exact=True).first).to_be_visible(timeout=RUN_MILLISECONDS)


def _tags(ui: Ui, run: dict[str, Any]) -> dict[str, str]:
    (found,) = [one for one in _runs(ui) if one["id"] == run["id"]]
    return {tag["key"]: tag["value"] for tag in found["tags"]}


def test_an_engineer_starts_a_night_sees_it_green_and_reads_the_remedy_once_a_source_breaks(
    company: Desk, cockpit: Ui
) -> None:
    ui, page = cockpit, cockpit.page
    night = _launch(ui, FIRST, LAST)
    _ends(ui, night, "Success")
    ui.keep("night_green")
    assert _tags(ui, night)["kpi/days"] == f"{FIRST} to {LAST}", "any range of days is one run that says which"

    page.goto(f"{ui.address}{ASSET_PAGE}?view=overview")
    ((rows,),) = company.mart(f"select count(*) from {ASSET}")
    expect(page.get_by_text(f"{rows:,}", exact=True).first).to_be_visible(timeout=PATIENCE)
    table = runtime_from_environment().project.tables[ASSET]
    for column in table.columns:
        told = page.locator("tr", has=page.get_by_text(column.name, exact=True)).first
        expect(told).to_contain_text(column.comment, timeout=PATIENCE)
    expect(page.get_by_text("Open assets/mart").first).to_be_visible()
    ui.keep("night_asset")

    page.goto(f"{ui.address}{ASSET_PAGE}?view=checks&checkDetail={KEY_CHECK}")
    expect(page.get_by_text("Passed", exact=True).first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(f"No two rows have the same {', '.join(table.key)}").first).to_be_visible()
    ui.keep("night_checks")

    page.goto(f"{ui.address}{MART_PAGE}?view=overview")
    page.get_by_text("Plots", exact=True).first.click()
    for label in (*FIGURES.values(), "run time in seconds"):
        expect(page.get_by_text(label, exact=True).first).to_be_visible(timeout=PATIENCE)
    ui.keep("night_plots")

    company.company.mailchimp_server.plan(Fault("problem", status=401, times=1000))
    broken = _launch(ui, LAST, LAST)
    _ends(ui, broken, "Failure")
    # as whoever comes in the morning: where the log of a run stands that was watched depends on how fast it came
    page.reload()
    ended = page.get_by_text("RUN_FAILURE", exact=True).first
    expect(ended).to_be_visible(timeout=PATIENCE)
    ui.keep("night_red")
    told = page.get_by_text("HTTP 401 Unauthorized, A scripted fault.: set MAILCHIMP_API_KEY to a valid key")
    assert any(line.evaluate(ON_SCREEN) for line in told.all()), "the failed run shows the remedy without scrolling"
    expect(page.get_by_text("Errored (1)")).to_be_visible()
