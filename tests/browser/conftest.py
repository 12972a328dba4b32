"""One real demo run, the Dagster UI on its instance, and a Chromium that both are looked at with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
from demo_served import Demo, ask, kpi, ui_of
from made_once import made_once
from page_reader import Reader
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

LOAD_MILLISECONDS = 60_000
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
# The page under test is the only thing that may talk to anyone.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Ui:
    """The Dagster UI: its address, and what went wrong in the browser while it was looked at."""

    address: str
    page: Page
    shots: Path
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """The page once it has stopped loading."""
        self.page.goto(f"{self.address}{path}", timeout=LOAD_MILLISECONDS)
        self.page.wait_for_load_state("networkidle", timeout=LOAD_MILLISECONDS)
        return self.page

    def keep(self, name: str) -> None:
        """A screenshot for whoever looks at the test's folder."""
        self.page.screenshot(path=self.shots / f"{name}.png")

    def ask(self, query: str) -> Any:
        """The answer of the UI's own GraphQL interface."""
        return ask(self.address, query)


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("screenshots")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = made_once(tmp_path_factory, "demo", lambda folder: kpi(Demo(folder / "data", folder / "home"), "run"))
    return Demo(folder / "data", folder / "home")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=chromium_path(), args=list(QUIET))
    yield started
    started.close()


@pytest.fixture(scope="module")
def reader(browser: Browser, shots: Path) -> Reader:
    return Reader(browser, shots)


@pytest.fixture(scope="module")
def mart(demo: Demo) -> Iterator[duckdb.DuckDBPyConnection]:
    """The mart that the demo published."""
    with duckdb.connect(str(demo.data / "published" / "current" / "kpi_mart.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def read(browser: Browser) -> Iterator[Any]:
    """What a script finds in a page."""
    page = browser.new_page()

    def evaluated(path: Path, script: str) -> Any:
        page.goto(path.as_uri())
        return page.evaluate(script)

    yield evaluated
    page.close()


@pytest.fixture(scope="session")
def ui_address(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with ui_of(demo, tmp_path_factory.mktemp("webserver") / "log.txt") as address:
        yield address


@pytest.fixture(scope="session")
def ui_page(browser: Browser) -> Iterator[Page]:
    # one context for all, so that the half megabyte of scripts is compiled once
    with browser.new_context(viewport={"width": 1400, "height": 1000}) as context:
        page = context.new_page()
        page.set_default_timeout(LOAD_MILLISECONDS)
        yield page


@pytest.fixture
def ui(ui_address: str, ui_page: Page, shots: Path) -> Iterator[Ui]:
    """The UI, which must not complain: no error on the console, no failed answer, no word to anyone else."""
    opened = Ui(ui_address, ui_page, shots)
    listeners = {
        "console": lambda line: line.type == "error" and opened.complaints.append(f"console: {line.text}"),
        "pageerror": lambda error: opened.complaints.append(f"script: {error}"),
        "response": lambda reply: reply.status >= 400 and opened.complaints.append(f"{reply.status} {reply.url}"),
        "request": lambda asked: _is_foreign(asked.url, ui_address) and opened.complaints.append(f"asked {asked.url}"),
    }
    for event, listener in listeners.items():
        ui_page.on(event, listener)
    yield opened
    for event, listener in listeners.items():
        ui_page.remove_listener(event, listener)
    assert opened.complaints == []


def _is_foreign(url: str, address: str) -> bool:
    return not url.startswith((address, address.replace("http", "ws", 1), "data:", "blob:"))


def chromium_path() -> str:
    """The Chromium of this machine."""
    found = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail(
            f"no Chromium on the path (looked for {', '.join(CHROMIUM_NAMES)}): install it, on Debian with "
            "`apt-get update && apt-get install -y --no-install-recommends chromium fonts-dejavu-core`"
        )
    return found
