"""Mailchimp over many nights: what was deleted stays, what is forgotten is kept, and automations count once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import duckdb
import pytest
from mailchimp_truth import AUDIENCE, newsletter, truth
from nightly import new_warehouse, shipped_project

from pipelines.build import macros, make_table
from pipelines.loads import Occasion, Stored, current_cut, fix_cut, store
from pipelines.mailchimp import MailchimpSource
from pipelines.mailchimp_client import connect, disconnect
from pipelines.sandbox.answer_key.mailings import AutomationCounts, automation_counts
from pipelines.sandbox.answer_key.periods import Clock
from pipelines.sandbox.demo_company import TINY, demo_company
from pipelines.sandbox.mailchimp_faults import Fault
from pipelines.sandbox.mailchimp_server import DEMO_API_KEY, serve_mailchimp
from pipelines.sandbox.truth import Truth
from pipelines.tables import in_order

COUNTS = "emails_sent, delivered, human_unique_opens, unique_clicks, unsubscribes, bounces"


@pytest.fixture
def warehouse() -> Iterable[duckdb.DuckDBPyConnection]:
    connection = new_warehouse()
    yield connection
    connection.close()


def night(
    connection: duckdb.DuckDBPyConnection, world: Truth, today: date, faults: Sequence[Fault] = ()
) -> dict[str, Stored]:
    """Reads and stores the account as it looks on the morning of `today`."""
    with serve_mailchimp(world, today, faults=faults) as server:
        client = connect(DEMO_API_KEY, base_url=server.base_url, base_delay=0, timeout=(5, 5))
        arrivals = MailchimpSource(client).read(today)
        disconnect(client)
    occasion = Occasion("mailchimp", f"run of {today}", today, datetime(today.year, today.month, today.day, tzinfo=UTC))
    return {one.object: one for one in store(connection, arrivals, occasion)}


def make(connection: duckdb.DuckDBPyConnection, today: date, *names: str) -> None:
    """Makes these tables, and what they need of Mailchimp, from what counts on that morning."""
    project = shipped_project()
    for schema in ("staging", "facts", "measures", "marts", "reference"):
        connection.execute(f"create schema if not exists {schema}")
    connection.execute(macros(project.config))
    fix_cut(connection, current_cut(connection), today)
    needed = set(names)
    for table in reversed(in_order(project.tables)):
        needed |= set(table.dependencies) if table.name in needed else set()
    for table in in_order(project.tables):
        if table.name in needed:
            assert [check.check_name for check in make_table(connection, table).checks if not check.passed] == []


def missing(connection: duckdb.DuckDBPyConnection, today: date) -> dict[str, date]:
    """Campaigns and audiences that are missing, with the first morning."""
    make(connection, today, "staging.mailchimp_campaign", "staging.mailchimp_list")
    found = connection.execute(
        """select campaign_id, missing_since from staging.mailchimp_campaign where missing_since is not null
        union all select list_id, missing_since from staging.mailchimp_list where missing_since is not null"""
    ).fetchall()
    return dict(found)


# ---- what was deleted ----


def test_deleted_campaigns_and_audiences_stay_with_the_first_morning_they_were_missed(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    deleted = replace(newsletter("0000000002"), deleted_on=date(2026, 5, 21))
    audience = replace(AUDIENCE, list_id="b000000000", deleted_on=date(2026, 5, 22))
    world = truth([newsletter("0000000001"), deleted, newsletter("0000000003")], [AUDIENCE, audience])
    for day, expected in (
        (20, {}),
        (21, {"0000000002": date(2026, 5, 21)}),
        (22, {"0000000002": date(2026, 5, 21), "b000000000": date(2026, 5, 22)}),
        (23, {"0000000002": date(2026, 5, 21), "b000000000": date(2026, 5, 22)}),
    ):
        night(warehouse, world, date(2026, 5, day))
        assert missing(warehouse, date(2026, 5, day)) == expected
    make(warehouse, date(2026, 5, 23), "marts.email_campaign")
    rows = "select campaign_id, emails_sent, missing_since from marts.email_campaign order by campaign_id"
    assert warehouse.execute(rows).fetchall()[1] == ("0000000002", 200, date(2026, 5, 21))


def test_what_comes_back_is_no_longer_missing(warehouse: duckdb.DuckDBPyConnection) -> None:
    kept, other = newsletter("0000000001"), newsletter("0000000002")
    for day, known in ((20, [kept, other]), (21, [kept]), (22, [kept, other])):
        night(warehouse, truth(known), date(2026, 5, day))
    assert missing(warehouse, date(2026, 5, 22)) == {}


def test_when_most_of_the_account_vanishes_in_one_night_nothing_is_taken_for_deleted(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    letters = [newsletter(f"{number:010x}") for number in range(1, 6)]
    night(warehouse, truth(letters), date(2026, 5, 20))
    stored = night(warehouse, truth(letters[:1], ()), date(2026, 5, 21))
    assert stored["mailchimp.listed"].refusals[0].endswith("full export fell from 6 to 1 (rows)")
    assert missing(warehouse, date(2026, 5, 21)) == {}
    # the reports themselves were read and are not held up by it
    assert stored["mailchimp.report"].parts_refused == 0


# ---- what Mailchimp forgets ----


def test_activity_older_than_180_days_survives_from_the_first_night_on(warehouse: duckdb.DuckDBPyConnection) -> None:
    world = truth()
    for today in (date(2026, 5, 20), date(2026, 12, 20)):
        night(warehouse, world, today)
    make(warehouse, date(2026, 12, 20), "staging.mailchimp_activity_day")
    ((days, first, known),) = warehouse.execute(
        """select count(*), min(day), max(subscribes) filter (day = '2026-05-18')
        from staging.mailchimp_activity_day"""
    ).fetchall()
    assert (first, known) == (date(2025, 11, 22), 5)
    # both windows of 179 whole days, and nothing between them
    assert days == 179 + 179


# ---- automations ----


@pytest.fixture(scope="module")
def company() -> Truth:
    return demo_company(replace(TINY, has_automations=True))


def test_automations_count_what_was_observed_between_the_nights_and_each_email_once(
    warehouse: duckdb.DuckDBPyConnection, company: Truth
) -> None:
    # a night is missed within the month, so that two days stand on the second
    mornings = [date(2026, 8, 10), date(2026, 8, 11), date(2026, 8, 12), date(2026, 8, 14), date(2026, 8, 15)]
    for today in mornings:
        night(warehouse, company, today)
    make(warehouse, mornings[-1], "measures.email", "measures.email_coverage")
    found = warehouse.execute(
        f"select row_key, day, {COUNTS} from measures.email where row_key like '%|%' order by all"
    ).fetchall()
    assert found == expected_growth(company, mornings)
    assert sum(row[2] for row in found) > 10
    undated = "select sum(emails_undated), sum(emails_unreadable) from measures.email_coverage"
    assert warehouse.execute(undated).fetchall() == [expected_coverage(company, mornings)]


def test_reports_that_are_unreadable_for_a_night_make_no_automation_email_count_twice(
    warehouse: duckdb.DuckDBPyConnection, company: Truth
) -> None:
    mornings = [date(2026, 8, 10), date(2026, 8, 11), date(2026, 8, 12), date(2026, 8, 13)]
    unreadable = Fault("problem", path="/reports/a1b2a*", status=404, times=99)
    for today in mornings:
        night(warehouse, company, today, [unreadable] if today == mornings[2] else [])
    make(warehouse, mornings[-1], "measures.email", "measures.email_coverage")
    found = warehouse.execute(
        f"select row_key, day, {COUNTS} from measures.email where row_key like '%|%' order by all"
    ).fetchall()
    assert found == expected_growth(company, [*mornings[:2], mornings[3]])
    undated = "select sum(emails_undated), sum(emails_unreadable) from measures.email_coverage"
    assert warehouse.execute(undated).fetchall() == [expected_coverage(company, mornings)]


def test_growth_over_an_outage_at_the_end_of_a_month_is_in_neither_month(
    warehouse: duckdb.DuckDBPyConnection, company: Truth
) -> None:
    mornings = [date(2026, 7, 30), date(2026, 8, 4), date(2026, 8, 5)]
    for today in mornings:
        night(warehouse, company, today)
    make(warehouse, mornings[-1], "measures.email", "measures.email_coverage")
    days = "select distinct day from measures.email where row_key like '%|%'"
    assert warehouse.execute(days).fetchall() == [(date(2026, 8, 4),)]
    undated = "select sum(emails_undated) from measures.email_coverage"
    sent_by_then = sum(counts.emails_sent for counts in observed(company, mornings[1]).values())
    assert warehouse.execute(undated).fetchall() == [(sent_by_then,)]


def test_without_automations_nothing_depends_on_the_nights_that_looked(company: Truth) -> None:
    sends = replace(company, newsletters=tuple(one for one in company.newsletters if one.type != "automation"))
    found = []
    for mornings in ((date(2026, 8, 15),), (date(2026, 8, 10), date(2026, 8, 15))):
        connection = new_warehouse()
        for today in mornings:
            night(connection, sends, today)
        make(connection, mornings[-1], "measures.email", "measures.email_coverage")
        found.append(connection.execute(f"select day, row_key, {COUNTS} from measures.email order by all").fetchall())
        connection.close()
    assert found[0] == found[1] != []


def test_a_split_test_counts_once(warehouse: duckdb.DuckDBPyConnection, company: Truth) -> None:
    night(warehouse, company, company.today)
    make(warehouse, company.today, "measures.email")
    (parent,) = (one for one in company.newsletters if one.type == "variate" and not one.parent_campaign_id)
    sent = "select sum(emails_sent) from measures.email where day = ?"
    day = parent.send_time.date()
    assert warehouse.execute(sent, [day]).fetchall() == [(parent.emails_sent,)]
    reports = "select count(*) from staging.mailchimp_report where send_day = ?"
    assert warehouse.execute(reports, [day]).fetchall() == [(3,)]


def observed(company: Truth, morning: date) -> dict[str, AutomationCounts]:
    return automation_counts(company, Clock(morning, company.time_zone))


def expected_growth(company: Truth, mornings: list[date]) -> list[tuple[Any, ...]]:
    """What each readable automation e-mail counted from one morning to the next, on the day before the later one.

    The mornings between two must lie in one month.
    """
    rows = []
    for earlier, later in pairwise(mornings):
        before, after = observed(company, earlier), observed(company, later)
        for one in company.newsletters:
            if one.type == "automation" and one.report != "none":
                growth = [b - a for a, b in zip(before[one.campaign_id], after[one.campaign_id], strict=True)]
                rows.append((f"{one.campaign_id}|{later}", later - timedelta(days=1), *growth))
    return sorted(rows)


def expected_coverage(company: Truth, mornings: list[date]) -> tuple[int, int]:
    """E-mails sent before the first morning, and those of the journey since."""
    first, last = observed(company, mornings[0]), observed(company, mornings[-1])
    unreadable = [one.campaign_id for one in company.newsletters if one.report == "none"]
    undated = sum(counts.emails_sent for counts in first.values())
    return undated, sum(last[name].emails_sent - first[name].emails_sent for name in unreadable)
