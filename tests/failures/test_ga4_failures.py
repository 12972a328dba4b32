"""Every row of the table of failures that is about GA4: the real client, a spoilt server, a whole night."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import duckdb
import grpc
import pytest
from failure_matrix import Row, failures_of_source
from failure_nights import (
    FIRST_DAY,
    GOOD_MORNING,
    SMALL,
    Nights,
    assert_as_the_table_says,
    project_with,
    rows_to_live_through,
)
from google.analytics.data_v1beta import BetaAnalyticsDataClient
from google.analytics.data_v1beta.services.beta_analytics_data.transports import BetaAnalyticsDataGrpcTransport
from nightly import read_sources

from pipelines.ga4 import Ga4Source, connect
from pipelines.ga4_answers import empty_answers
from pipelines.ga4_errors import Patience
from pipelines.ga4_forms import OBJECT
from pipelines.ga4_reports import REPORTS
from pipelines.ga4_requests import ROWS_PER_PAGE
from pipelines.intake import Night
from pipelines.sandbox import ga4_faults
from pipelines.sandbox.demo_company import PROPERTY_ID, TINY, demo_company
from pipelines.sandbox.exports import write_exports
from pipelines.sandbox.ga4_faults import Failure, Fault, Renamed
from pipelines.sandbox.ga4_quota import Quota
from pipelines.sandbox.ga4_server import Ga4Server, serve_ga4
from pipelines.sandbox.ga4_wordings import REFUSALS

pytestmark = pytest.mark.nights

FAILURES = failures_of_source("ga4")
OBJECTS = {*(report.object for report in REPORTS), OBJECT, empty_answers().object}
HASTY = Patience(first_pause_s=0.001, longest_pause_s=0.002, answer_s=30)
IMPATIENT = replace(HASTY, answer_s=0.2)
# what reports and derived requests are asked with
METHODS = ("RunReport", "BatchRunReports")


class Property:
    """The company's property, and how its nights are read; `today` moves its clock."""

    def __init__(self, folder: Path) -> None:
        self.today, self.inbox = GOOD_MORNING, folder / "inbox"
        truth = demo_company(SMALL)
        write_exports(truth, self.inbox, GOOD_MORNING)
        # so large that no row spends what another one needs
        quota = Quota(*[10**9] * 6)
        self.serving = serve_ga4(truth, lambda: self.today, quota=quota)
        start = {"sources.yaml": (f"start_date: {TINY.first_day}", f"start_date: {FIRST_DAY}")}
        self.project = project_with(start, "mailchimp")

    def reading(self, source: Ga4Source) -> Callable[[duckdb.DuckDBPyConnection, Night], None]:
        """How a night reads everything that is due from a source."""

        def read(connection: duckdb.DuckDBPyConnection, night: Night) -> None:
            self.today = night.business_date
            read_sources(connection, source, None, self.inbox, self.project, night)  # type: ignore[arg-type]

        return read


@dataclass(frozen=True)
class Spoiling:
    """The property's server, and the nights of the company that reads from it."""

    asked: Property
    server: Ga4Server
    nights: Nights

    def assert_row(self, row: Row) -> None:
        """Plans what the row says, lives through the night and compares it with the row."""
        # neither of the nights to compare with may meet the failure
        assert self.nights.undisturbed
        self.server.plan(*planned(row))
        self.server.calls.clear()
        try:
            with sources(self.server, row.plan.get("client", "usual")) as source:
                found = self.nights.spoilt(self.asked.reading(source), self._most_tries)
        finally:
            self.server.plan()
        assert_as_the_table_says(FAILURES, row, found, self.nights, OBJECTS)

    def _most_tries(self) -> int:
        sent = Counter((call.method, call.request.SerializeToString()) for call in self.server.calls)
        return max(sent.values(), default=0)


@pytest.fixture(scope="module")
def spoiling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoiling]:
    folder = tmp_path_factory.mktemp("ga4")
    asked = Property(folder)
    with asked.serving as server, sources(server, "usual") as usual:
        yield Spoiling(asked, server, Nights(folder, asked.project, asked.reading(usual)))


class OpenedLate:
    """A source that is opened when it is needed, as in a run."""

    def __init__(self, opened: Callable[[], Ga4Source]) -> None:
        self._opened = opened

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opened(), name)


@contextmanager
def sources(server: Ga4Server, client: str) -> Iterator[Any]:
    """The source that a row needs: the usual one, or one that is set up wrongly or meets nobody."""
    if client == "missing key":
        yield OpenedLate(lambda: connect(PROPERTY_ID, credentials_path="missing.json"))
        return
    if client == "small channel":
        # GA4 reference §3: a channel made by hand takes 4 MB
        stub = BetaAnalyticsDataGrpcTransport(channel=grpc.insecure_channel(server.endpoint))
        google = BetaAnalyticsDataClient(transport=stub)
        made = Ga4Source(google, PROPERTY_ID, patience=HASTY, rows_per_page=ROWS_PER_PAGE)
    elif client == "nobody there":
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            made = connect(PROPERTY_ID, f"127.0.0.1:{unused.getsockname()[1]}", patience=HASTY)
    elif client == "wrong page":
        made = connect(PROPERTY_ID, f"{server.rest_endpoint}/wrong", transport="rest", patience=HASTY)
    elif client == "impatient rest":
        made = connect(PROPERTY_ID, server.rest_endpoint, transport="rest", patience=IMPATIENT)
    else:
        made = connect(PROPERTY_ID, server.endpoint, patience={"usual": HASTY, "impatient": IMPATIENT}[client])
    with made:
        yield made


def planned(row: Row) -> list[Fault]:
    """What the emulator is told to do: a refusal of every request or of some, or faults of other kinds."""
    plan = row.plan
    faults = [getattr(ga4_faults, kind)(**how) for one in plan.get("faults", ()) for kind, how in one.items()]
    if "refusal" in plan or "code" in plan:
        code, wording = REFUSALS[plan["refusal"]] if "refusal" in plan else (plan["code"], row.wording)
        calls, asks = tuple(plan.get("calls", ())), plan.get("asks", "")
        faults += [Failure(code, wording, calls, method, asks) for method in METHODS]
    return faults


# Google warns of key files from strangers; this one is the operator's own
@pytest.mark.filterwarnings("ignore:The load_credentials_from_file")
@pytest.mark.parametrize("row", rows_to_live_through(FAILURES))
def test_a_night_makes_of_a_failure_of_ga4_what_the_table_says(spoiling: Spoiling, row: Row) -> None:
    spoiling.assert_row(row)


def test_every_wording_and_every_fault_of_the_emulator_has_a_row() -> None:
    refusals = {row.plan["refusal"] for row in FAILURES.rows if "refusal" in row.plan}
    kinds = {kind for row in FAILURES.rows for one in row.plan.get("faults", ()) for kind in one}
    # a field under another name is no failure: reports know the names that fields had
    assert kinds == {kind.__name__ for kind in get_args(Fault)} - {Renamed.__name__}
    assert refusals == REFUSALS.keys()
