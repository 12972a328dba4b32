"""Takes the pictures of the documentation: `make screenshots`. The demo company is run anew, so they show what is true.

python tests/browser/screenshots.py [folder of a demo that was run]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from conftest import LOAD_MILLISECONDS, QUIET, chromium_path
from demo_served import Demo, command, ui_of
from playwright.sync_api import Browser, Page, sync_playwright

from pipelines.settings import PROJECT_ROOT

PICTURES = PROJECT_ROOT / "docs" / "pictures"
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def main(folder: Path | None) -> None:
    """Runs the demo where it was not run, and writes every picture."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, sync_playwright() as started:
        place = folder or Path(made)
        demo = Demo(place / "data", place / "home")
        if folder is None:
            subprocess.run([command("kpi"), "run"], cwd=PROJECT_ROOT, env=demo.environment, check=True)
        browser = started.chromium.launch(executable_path=chromium_path(), args=list(QUIET))
        take_pages(browser, demo)
        take_print(demo)
        with ui_of(demo, place / "ui.txt") as address:
            take_ui(browser, address)
        browser.close()


def take_pages(browser: Browser, demo: Demo) -> None:
    """The pages that people read, as they see them first."""
    reports = demo.data / "reports"
    newest = demo.pages[-1].parent
    shots = (
        ("month", newest / "review.en.html", DESK, "light"),
        ("month-dark-phone", newest / "review.nl.html", PHONE, "dark"),
        ("year", newest / "year.en.html", DESK, "light"),
        ("today", reports / "today.en.html", DESK, "light"),
        ("months", reports / "index.en.html", DESK, "light"),
    )
    for name, path, size, scheme in shots:
        page = browser.new_page(viewport=size, color_scheme=scheme)
        page.goto(path.as_uri())
        keep(page, name)
        page.close()


def take_print(demo: Demo) -> None:
    """The first sheet of the newest month on paper, drawn by poppler."""
    newest = demo.pages[-1].parent
    month, version = newest.parent.name, newest.name.removeprefix("v")
    print_it = [command("kpi"), "pdf", month, "--version", version, "--language", "en"]
    subprocess.run(print_it, cwd=PROJECT_ROOT, env=demo.environment, check=True, stdout=subprocess.DEVNULL)
    drawn = ["-png", "-singlefile", "-r", "72", newest / "review.en.pdf", PICTURES / "month-printed"]
    subprocess.run(["pdftoppm", *map(str, drawn)], check=True)
    print("docs/pictures/month-printed.png")


def take_ui(browser: Browser, address: str) -> None:
    """What an engineer sees in the morning."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(LOAD_MILLISECONDS)
    for name, path in (
        ("ui-asset", "/assets/marts/kpi_value?view=overview"),
        ("ui-checks", "/assets/marts/kpi_value?view=checks"),
        ("ui-lineage", "/assets/marts/channel_month?view=lineage"),
    ):
        page.goto(f"{address}{path}")
        page.wait_for_load_state("networkidle")
        keep(page, name)
    page.goto(f"{address}/assets/published/kpi_mart?view=overview")
    page.get_by_text("Plots", exact=True).first.click()
    page.wait_for_load_state("networkidle")
    keep(page, "ui-plots")
    page.close()


def keep(page: Page, name: str) -> None:
    page.screenshot(path=PICTURES / f"{name}.png")
    print(f"docs/pictures/{name}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
