"""A company's machine as its people use it: the command `kpi`, a data folder, both emulated APIs, an inbox."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import duckdb
import pytest
from nightly import CONFIG, Company, running_company

from pipelines import source_access
from pipelines.cli import main
from pipelines.mailchimp_client import connect as connect_mailchimp
from pipelines.sandbox.demo_company import PROPERTY_ID, TINY, demo_company
from pipelines.sandbox.exports import write_exports
from pipelines.sandbox.mailchimp_server import DEMO_API_KEY
from pipelines.sandbox.truth import Truth

# every day of a report costs the instance an event: a company that is three weeks old shows all of it
YOUNG = replace(TINY, first_day=date(2026, 8, 17))
FIRST_DAY, TODAY = YOUNG.first_day, YOUNG.today
# of a machine that is gone on with
LAST_NIGHT = TODAY - timedelta(days=3)


@dataclass
class Desk:
    """One machine: its folder, its environment and the servers it talks to."""

    folder: Path
    company: Company
    environment: pytest.MonkeyPatch

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def on(self, today: date) -> None:
        """Moves the machine and its servers to a morning, on which the exports of that day are delivered."""
        self.company.today = today
        self.environment.setenv("KPI_TODAY", today.isoformat())
        write_exports(self.company.truth, self.data / "inbox", today)

    def configure(self, file: str, old: str, new: str) -> None:
        path = self.folder / "config" / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    def kpi(self, *arguments: str) -> int:
        return main(list(arguments))

    def mart(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.data / "published/current/kpi_mart.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()

    @property
    def current(self) -> str:
        return (self.data / "published" / "current").readlink().name

    @property
    def manifest(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.data / "published/current/manifest.json").read_text())
        return told

    @property
    def figures(self) -> dict[str, str]:
        """Canonical hashes of everything but bookkeeping, which names the run."""
        return {name: held["sha256"] for name, held in self.manifest["tables"].items() if not name.startswith("meta.")}

    def count(self, pattern: str) -> int:
        return len(list(self.data.glob(pattern)))


@cache
def young_company() -> Truth:
    return demo_company(YOUNG)


def set_environment(environment: pytest.MonkeyPatch, folder: Path, ga4_endpoint: str, mailchimp_url: str) -> None:
    """The variables of a machine in a folder, whose sources are at these addresses."""
    given = {
        "KPI_CONFIG": str(folder / "config"),
        "KPI_DATA": str(folder / "data"),
        "DAGSTER_HOME": str(folder / "dagster"),
        "KPI_PEPPER": "a secret of these tests",
        "KPI_THREADS": "1",
        "GA4_PROPERTY_ID": PROPERTY_ID,
        "GA4_ENDPOINT": ga4_endpoint,
        "MAILCHIMP_API_KEY": DEMO_API_KEY,
        "MAILCHIMP_BASE_URL": mailchimp_url,
    }
    for name, value in given.items():
        environment.setenv(name, value)


@contextmanager
def desk_in(folder: Path) -> Iterator[Desk]:
    """The machine whose configuration and data lie in a folder."""
    with running_company(folder / "unused", young_company()) as company, pytest.MonkeyPatch.context() as environment:
        set_environment(environment, folder, company.ga4_server.endpoint, company.mailchimp_server.base_url)
        # a source that is away is asked six times with pauses; the pauses are not what is tested here
        environment.setattr(source_access, "connect_mailchimp", partial(connect_mailchimp, base_delay=0))
        yield Desk(folder, company, environment)


@contextmanager
def new_desk(folder: Path, today: date = TODAY) -> Iterator[Desk]:
    """A machine on which nothing was run yet."""
    shutil.copytree(CONFIG, folder / "config")
    with desk_in(folder) as desk:
        desk.configure("sources.yaml", "start_date:", f"start_date: {FIRST_DAY}")
        desk.on(today)
        yield desk
