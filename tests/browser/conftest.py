"""One real demo run, the Dagster UI on its instance, and a Chromium that both are looked at with."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from made_once import made_once
from page_reader import Reader
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from pipelines.settings import PROJECT_ROOT, Settings

RUN_SECONDS = 900
START_SECONDS = 180
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
# Dagster asks every new instance to join its community; one click of a user ends it.
END_GREETING = "mutation { setNuxSeen }"


def command(name: str) -> str:
    """A command of the environment that the tests run in."""
    return str(Path(sys.executable).with_name(name))


@dataclass(frozen=True)
class Demo:
    """A company after `kpi run`: its data folder, its Dagster instance, and the environment of both."""

    data: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        # an empty variable counts as not set, and wins over a .env file that names real accounts
        unset = {str(setting.alias): "" for setting in Settings.model_fields.values() if setting.alias}
        return {**os.environ, **unset, "KPI_DATA": str(self.data), "DAGSTER_HOME": str(self.home)}

    @property
    def pages(self) -> list[Path]:
        return sorted((self.data / "reports").glob("*/*/review.*.html"))

    @property
    def years(self) -> list[Path]:
        return sorted((self.data / "reports").glob("*/*/year.*.html"))

    @property
    def indexes(self) -> list[Path]:
        return sorted((self.data / "reports").glob("index.*.html"))

    @property
    def lists(self) -> list[Path]:
        """The pages that stand above those of months."""
        return sorted((self.data / "reports").glob("*.html"))


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


def ask(address: str, query: str) -> Any:
    body = json.dumps({"query": query}).encode()
    request = urllib.request.Request(f"{address}/graphql", body, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310 - our own loopback server
        answer = json.load(reply)
    assert not answer.get("errors"), answer["errors"]
    return answer["data"]


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("screenshots")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = made_once(tmp_path_factory, "demo", run_the_demo)
    return Demo(folder / "data", folder / "home")


def run_the_demo(folder: Path) -> None:
    run = subprocess.run(
        [command("kpi"), "run"],
        cwd=PROJECT_ROOT,
        env=Demo(folder / "data", folder / "home").environment,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    assert run.returncode == 0, f"kpi run ended with {run.returncode}:\n{run.stdout[-2000:]}\n{run.stderr[-4000:]}"


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


def ui_of(demo: Demo, log: Path) -> AbstractContextManager[str]:
    """The UI of a demo's instance, without a daemon."""
    webserver = [command("dagster-webserver"), "-w", "workspace.yaml", "-h", "127.0.0.1"]
    return served(webserver, demo.environment, log)


@contextmanager
def served(start: list[str], environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """The address of a UI that this command starts on a free port, and that ends with the block."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as stream:
        server = subprocess.Popen(
            [*start, "--port", str(port)],
            cwd=PROJECT_ROOT,
            env=dict(environment),
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_for_answer(address, server, log)
        ask(address, END_GREETING)
        yield address
    finally:
        stop(server)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_answer(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Waits until the UI answers, or says what its log says."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/server_info", timeout=5) as reply:  # noqa: S310
                reply.read()
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    pytest.fail(f"the UI did not answer (exit code {server.poll()}):\n{log.read_text()[-4000:]}")


def stop(server: subprocess.Popen[bytes]) -> None:
    """Ends the server and the code server it started, which are one process group."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(server.pid, sent)
        except ProcessLookupError:
            break
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            continue
    server.wait(timeout=20)
