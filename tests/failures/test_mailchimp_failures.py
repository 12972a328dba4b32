"""Every row of the table of failures that is about Mailchimp: the real client, a spoilt server, a whole night."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import duckdb
import pytest
from failure_matrix import Row, failures_of_source
from failure_nights import (
    GOOD_MORNING,
    SMALL,
    SPOILT_MORNING,
    Nights,
    assert_as_the_table_says,
    project_with,
    rows_to_live_through,
)
from nightly import read_sources

from pipelines.intake import Night
from pipelines.mailchimp import MailchimpSource
from pipelines.mailchimp_client import connect, disconnect
from pipelines.mailchimp_objects import OBJECTS as KNOWN_OBJECTS
from pipelines.sandbox import mailchimp_reports
from pipelines.sandbox.demo_company import demo_company
from pipelines.sandbox.exports import write_exports
from pipelines.sandbox.mailchimp_faults import FAULTS, Fault
from pipelines.sandbox.mailchimp_server import DEMO_API_KEY, MailchimpServer, serve_mailchimp
from pipelines.sandbox.truth import Truth

pytestmark = pytest.mark.nights

FAILURES = failures_of_source("mailchimp")
# no automation: what one counts by day depends on the nights that looked at it
OBJECTS = {f"mailchimp.{one.name}" for one in KNOWN_OBJECTS} - {"mailchimp.automation_day"}
WORLD = demo_company(replace(SMALL, first_day=date(2026, 7, 20), sessions_per_day=10))
FOR_EVER = 10**6
# a page of two rows, so that every collection has several; the account asks for a thousand at a time
SMALL_PAGE, LARGE_PAGE = 2, 1000


class Account:
    """The company's account, and how its nights are read; `today` moves its clock."""

    def __init__(self, folder: Path) -> None:
        self.inbox = folder / "inbox"
        write_exports(WORLD, self.inbox, GOOD_MORNING)
        self.project = project_with({}, "ga4")
        self.today: Callable[[], date] = lambda: GOOD_MORNING

    def reading(
        self, source: MailchimpSource, clock: str = "usual"
    ) -> Callable[[duckdb.DuckDBPyConnection, Night], None]:
        """How a night reads everything from a source; a `moving` clock shows another account on every second page."""

        def read(connection: duckdb.DuckDBPyConnection, night: Night) -> None:
            steps = count()
            behind = timedelta(days=20 if clock == "moving" else 0)
            self.today = lambda: night.business_date - (next(steps) % 2) * behind
            read_sources(connection, None, source, self.inbox, self.project, night)  # type: ignore[arg-type]

        return read


@dataclass(frozen=True)
class Spoiling:
    """The account, and the nights of the company that reads from it."""

    account: Account
    nights: Nights

    def assert_row(self, row: Row) -> None:
        """Plans what the row says, lives through the night and compares it with the row."""
        world = world_of(row.plan.get("world", "usual"))
        with serve_mailchimp(world, lambda: self.account.today()) as server:
            server.plan(*planned(row))
            with sources(server, row.plan.get("client", "usual")) as source:
                read = self.account.reading(source, row.plan.get("clock", "usual"))
                found = self.nights.spoilt(read, lambda: most_tries(server))
        assert_as_the_table_says(FAILURES, row, found, self.nights, OBJECTS)


def most_tries(server: MailchimpServer) -> int:
    sent = Counter((one.path, *sorted(one.query.items())) for one in server.requests)
    return max(sent.values(), default=0)


@pytest.fixture(scope="module")
def spoiling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoiling]:
    folder = tmp_path_factory.mktemp("mailchimp")
    account = Account(folder)
    with serve_mailchimp(WORLD, lambda: account.today()) as server, sources(server, "usual") as usual:
        yield Spoiling(account, Nights(folder, account.project, account.reading(usual)))


@contextmanager
def sources(server: MailchimpServer, client: str) -> Iterator[MailchimpSource]:
    """The source that a row needs; none of them waits between tries."""
    timeout = (5.0, 0.2 if client == "impatient" else 30.0)
    made = connect(DEMO_API_KEY, base_url=server.base_url, base_delay=0, timeout=timeout)
    try:
        yield MailchimpSource(made, LARGE_PAGE if client == "large pages" else SMALL_PAGE)
    finally:
        disconnect(made)


def planned(row: Row) -> list[Fault]:
    """What the emulator is told to do: a fault by its name, for ever unless the row says how often, or others."""
    plan = row.plan
    faults = [Fault(**one) for one in plan.get("faults", ())]
    if "fault" in plan:
        fault = FAULTS[plan["fault"]]
        faults.append(replace(fault, times=plan.get("times", FOR_EVER), after=plan.get("after", fault.after)))
    return faults


def world_of(name: str) -> Truth:
    """The account as the spoilt night finds it."""
    letters, lists = WORLD.newsletters, WORLD.mail_lists
    if name == "campaign deleted":
        letters = tuple(
            replace(one, deleted_on=SPOILT_MORNING) if one.campaign_id == "a1b2013556" else one for one in letters
        )
    elif name == "most deleted":
        newest = max(one.send_time for one in letters)
        letters = tuple(one if one.send_time == newest else replace(one, deleted_on=SPOILT_MORNING) for one in letters)
        lists = (lists[0], *(replace(one, deleted_on=SPOILT_MORNING) for one in lists[1:]))
    return replace(WORLD, newsletters=letters, mail_lists=lists)


@pytest.mark.parametrize("row", rows_to_live_through(FAILURES))
def test_a_night_makes_of_a_failure_of_mailchimp_what_the_table_says(
    spoiling: Spoiling, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    # neither of the nights to compare with may meet the failure
    assert spoiling.nights.undisturbed
    if row.plan.get("world") == "slow sending":
        # Mailchimp reference §7: batch and time-zone delivery take hours
        monkeypatch.setattr(mailchimp_reports, "SENDING_TAKES", timedelta(hours=24))
    spoiling.assert_row(row)


def test_every_fault_of_the_emulator_has_a_row() -> None:
    assert {row.plan["fault"] for row in FAILURES.rows if "fault" in row.plan} == FAULTS.keys()
