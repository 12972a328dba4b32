"""The demo company after `kpi run`, and the Dagster UI on its instance as a server on loopback."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import PROJECT_ROOT, Settings

START_SECONDS = 180
RUN_SECONDS = 900
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


def kpi(demo: Demo, *arguments: str, seconds: float = RUN_SECONDS) -> str:
    """What a command of the company prints, which must succeed."""
    done = subprocess.run(
        [command("kpi"), *arguments],
        cwd=PROJECT_ROOT,
        env=demo.environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    told = f"kpi {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    assert done.returncode == 0, told
    return done.stdout


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


def ask(address: str, query: str) -> Any:
    body = json.dumps({"query": query}).encode()
    request = urllib.request.Request(f"{address}/graphql", body, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310 - our own loopback server
        answer = json.load(reply)
    assert not answer.get("errors"), answer["errors"]
    return answer["data"]
