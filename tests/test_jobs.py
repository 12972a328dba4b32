"""Nights as their users start them: the command `kpi`, the real Dagster job, both emulated APIs, files in the inbox."""

from __future__ import annotations

import json

import duckdb
import pytest
from answer_key_rules import rules_from_config
from desk import LAST_NIGHT, TODAY, Desk

from pipelines.engines.duckdb import locked
from pipelines.sandbox.answer_key import expected_kpis
from pipelines.sandbox.mailchimp_faults import Fault


def test_a_night_publishes_numbers_that_equal_the_answer_key(worked_desk: Desk) -> None:
    found = {
        (kpi_id, grain, start, slice_, member): (above, below)
        for kpi_id, grain, start, slice_, member, above, below in worked_desk.mart(
            "select kpi_id, grain, period_start, slice, member, numerator, denominator from marts.kpi_value"
        )
    }
    assert found == expected_kpis(worked_desk.company.truth, LAST_NIGHT, rules_from_config())


@pytest.mark.nights
def test_a_dead_mailchimp_still_publishes_the_rest_and_ends_with_exit_code_3(
    worked_desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = worked_desk
    desk.on(TODAY)
    desk.company.mailchimp_server.plan(Fault("empty", times=1000))
    assert desk.kpi("nightly") == 3
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("mailchimp: ") and "Traceback" not in error
    ((status, reason, trust),) = desk.mart(
        """select status, status_reason, trust from marts.kpi_value
        where kpi_id = 'email_click_rate' and grain = 'month' and slice = 'total' and period_start = '2026-09-01'"""
    )
    assert (status, trust) == ("provisional", "caution")
    assert "mailchimp" in reason
    expected = expected_kpis(desk.company.truth, TODAY, rules_from_config())
    leads = desk.mart(
        """select period_start, numerator from marts.kpi_value
        where kpi_id = 'new_leads' and grain = 'day' and slice = 'total' and period_start >= '2026-09-04'"""
    )
    assert leads and all(value == expected["new_leads", "day", day, "total", ""][0] for day, value in leads)


def test_a_source_that_holds_the_night_leaves_the_mart_of_the_night_before(worked_desk: Desk) -> None:
    desk = worked_desk
    before = desk.current
    desk.configure("sources.yaml", "on_failure: publish_stale", "on_failure: hold")
    desk.company.mailchimp_server.plan(Fault("empty", times=1000))
    assert desk.kpi("nightly") == 3
    assert desk.current == before


@pytest.mark.nights
def test_a_failing_blocking_check_publishes_nothing_and_ends_with_exit_code_1(
    worked_desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = worked_desk
    before = desk.current
    (desk.data / "inbox/costs/twice.csv").write_text(
        "cost_id,period_start,period_end,amount,currency,category,channel\n"
        "google-ads-invoice,2026-08-01,2026-08-31,900.00,EUR,media,Paid Search\n"
    )
    assert desk.kpi("nightly") == 1
    assert "media_is_not_billed_twice" in capsys.readouterr().err.strip().splitlines()[-1]
    assert desk.current == before
    assert desk.kpi("publish") == 1


@pytest.mark.nights
def test_closing_a_month_by_hand_makes_its_next_version_and_its_page(worked_desk: Desk) -> None:
    desk = worked_desk
    assert [desk.kpi("close", "2026-08"), desk.kpi("close", "2026-08")] == [0, 0]
    assert desk.mart("select note from snapshots.snapshot where snapshot_id = '2026-08-v2'") == [("closed by hand",)]
    assert (desk.data / "reports/2026-08/v2/review.nl.html").exists()
    assert desk.count("published/v-*") == 3, "one of the night, one with each version of the month"


@pytest.mark.nights
def test_what_is_said_of_a_closed_month_reaches_its_pages_with_the_next_night(worked_desk: Desk) -> None:
    desk = worked_desk
    assert desk.kpi("close", "2026-08") == 0
    pages = [desk.data / f"reports/2026-08/v1/review.{language}.html" for language in ("nl", "en")]
    assert all("annotation-1" not in page.read_text("utf-8") for page in pages)
    (desk.folder / "config/annotations.yaml").write_text(
        "- {date: 2026-08-20, text: {nl: De site lag plat., en: The site was down.}, author: web team}\n"
    )
    assert desk.kpi("approve", "2026-08", "--version", "1", "--by", "the board") == 0
    assert desk.kpi("nightly") == 0
    for page, words in zip(pages, ("De site lag plat.", "The site was down."), strict=True):
        assert words in page.read_text("utf-8") and "the board" in page.read_text("utf-8")
    assert desk.mart("select text_en, author from reference.annotation") == [("The site was down.", "web team")]
    ((same,),) = desk.mart(
        """select count(*) from snapshots.kpi as frozen inner join reference.kpi as present using (kpi_id)
        where frozen.snapshot_id = '2026-08-v1' and frozen.name_nl = present.name_nl"""
    )
    assert [(same,)] == desk.mart("select count(*) from reference.kpi")


@pytest.mark.nights
def test_a_closed_month_is_made_again_approved_and_guarded(
    worked_desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = worked_desk
    assert desk.kpi("close", "2026-08") == 0
    capsys.readouterr()
    assert desk.kpi("replay", "2026-08", "--version", "1") == 0
    assert capsys.readouterr().out.startswith("2026-08-v1 replays to its hash ")
    assert desk.kpi("approve", "2026-08", "--version", "1", "--by", "the board", "--note", "agreed") == 0
    assert desk.kpi("publish") == 0
    assert desk.mart("select snapshot_id, approved_by, note from snapshots.approval") == [
        ("2026-08-v1", "the board", "agreed")
    ]
    assert "Approved by the board on " in (desk.data / "reports/2026-08/v1/review.en.html").read_text("utf-8")
    capsys.readouterr()
    assert desk.kpi("status", "--json") == 0
    (told,) = json.loads(capsys.readouterr().out)["closed months"]
    assert (told["month"], told["version"], told["approved_by"]) == ("2026-08", 1, "the board")
    with duckdb.connect(str(desk.data / "warehouse/warehouse.duckdb")) as warehouse:
        warehouse.execute("update snapshots.kpi_value set numerator = numerator + 1 where kpi_id = 'new_leads'")
    before = desk.current
    assert desk.kpi("publish") == 1
    assert "closed months: 2026-08-v1: rows that it froze were changed: " in capsys.readouterr().err
    assert desk.current == before
    assert desk.kpi("doctor", "--freshness", "26h", "--json") == 1
    findings = {finding["check"]: finding["text"] for finding in json.loads(capsys.readouterr().out)}
    assert findings["closed months"] == "2026-08-v1: rows that it froze were changed"


def test_a_close_while_another_one_is_under_way_is_refused(
    worked_desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = worked_desk
    with locked(desk.data / "warehouse/month-close.lock", "kpi close 2026-08"):
        assert desk.kpi("close", "2026-08") == 3
    assert "holds it for kpi close 2026-08: try again when it ends" in capsys.readouterr().err
    assert desk.mart("select count(*) from snapshots.snapshot") == [(0,)]


# a lead that names its origin and its channel alone counts as unknown by everything else
OF_A_LATE_LEAD = [
    *(("ad", "(unknown)"), ("campaign", "(unknown)"), ("channel", "Organic Search"), ("device", "(unknown)")),
    *(("offer", "(unknown)"), ("origin", "online"), ("region", "(unknown)")),
    *(("segment", "(unknown)"), ("total", "")),
]


@pytest.mark.nights
def test_a_later_version_of_a_month_says_why_it_differs(worked_desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk = worked_desk
    assert desk.kpi("close", "2026-08") == 0
    (desk.data / "inbox/leads/late.csv").write_text(
        "lead_id,created_at,source,medium,origin\nL-LATE,2026-08-03T10:00:00Z,google,organic,online\n"
    )
    assert desk.kpi("nightly") == 0
    capsys.readouterr()
    assert desk.kpi("restatement", "2026-08") == 0
    told = capsys.readouterr().out
    assert told.startswith("2026-08-v1 -> 2026-08 now: ") and told.endswith(": residual 0\n")
    assert desk.kpi("close", "2026-08") == 0
    assert desk.mart(
        """select snapshot_id, from_version, to_version, slice, member, cause, part, amount from snapshots.restatement
        where kpi_id = 'new_leads' and part = 'numerator' order by slice, member"""
    ) == [("2026-08-v2", 1, 2, slice_, member, "late_data", "numerator", 1) for slice_, member in OF_A_LATE_LEAD]
    page = (desk.data / "reports/2026-08/v2/review.en.html").read_text("utf-8")
    assert "What changed since version 1" in page and "with no remainder" in page
    capsys.readouterr()
    assert desk.kpi("restatement", "2026-08", "--from", "1", "--to", "2", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["from"], found["to"], found["residual"]) == ("2026-08-v1", "2026-08-v2", "0E-12")
    assert {one["cause"] for one in found["amounts"]} == {"late_data"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (("2026-07",), "there is no version of it: see `kpi status`"),
        (("2026-08", "--from", "2", "--to", "1"), "version 2 is not older than 1: turn them round"),
    ],
    ids=["never closed", "turned round"],
)
def test_a_restatement_of_what_is_not_there_is_refused(
    worked_desk: Desk, capsys: pytest.CaptureFixture[str], wrong: tuple[str, ...], words: str
) -> None:
    assert worked_desk.kpi("restatement", *wrong) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(("month", "words"), [("2026-09", "is not over"), ("soon", "is not of the form")])
def test_a_month_that_is_not_over_or_no_month_is_refused_with_exit_code_2(
    worked_desk: Desk, capsys: pytest.CaptureFixture[str], month: str, words: str
) -> None:
    assert worked_desk.kpi("close", month) == 2
    assert words in capsys.readouterr().err.strip().splitlines()[-1]
    assert worked_desk.mart("select count(*) from snapshots.snapshot") == [(0,)]


@pytest.mark.nights
def test_personal_data_is_found_nowhere_past_raw_and_nowhere_in_what_is_published(worked_desk: Desk) -> None:
    desk = worked_desk
    planted = ("jan.planted", "mc_eid", "example.org", "Jan Planted", "12345678", "83.163.12.9")
    (desk.data / "inbox/leads/more.csv").write_text(
        "lead_id,created_at,source,landing_page,campaign,name\n"
        "jan.planted@example.org,2026-08-03T10:00:00Z,newsletter,"
        "https://shop.test/06-12345678/x?mc_eid=abc123&utm_source=mail,"
        "mail to jan.planted@example.org or +31 6 12345678 from 83.163.12.9,Jan Planted\n"
        "L-9,not a time,jan.planted@example.org,,,Jan Planted\n"
    )
    assert desk.kpi("run") == 0
    with duckdb.connect(str(desk.data / "warehouse/warehouse.duckdb"), read_only=True) as warehouse:
        assert _found(warehouse, planted, schemas=("staging", "facts", "measures", "marts", "reference")) == []
        # the ids that are kept of persons look like none
        known = _found(warehouse, (*planted, "@", "hmac:"), schemas=("raw",))
        assert [place for place in known if place.startswith("raw.person.")] == []
    with duckdb.connect(str(desk.data / "published/current/kpi_mart.duckdb"), read_only=True) as mart:
        assert _found(mart, planted) == []
    files = [path for place in ("published/current", "reports") for path in (desk.data / place).rglob("*")]
    texts = [path for path in files if path.suffix in {".html", ".json"}]
    assert texts and not [path for path in texts for word in planted if word in path.read_text()]


def test_reading_commands_answer_in_json(worked_desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk = worked_desk
    assert desk.kpi("status", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["last build"][0]["is_complete"] is True
    assert {row["source"] for row in told["sources"]} == {"ga4", "mailchimp", "inbox"}
    assert desk.kpi("sql", "marts.kpi_value") == 0
    assert capsys.readouterr().out.startswith("create or replace table marts.kpi_value as")


def _found(connection: duckdb.DuckDBPyConnection, words: tuple[str, ...], schemas: tuple[str, ...] = ()) -> list[str]:
    """Every text column in which one of the words stands."""
    columns = connection.execute(
        """select schema_name, table_name, column_name from duckdb_columns()
        where data_type = 'VARCHAR' and not internal order by all"""
    ).fetchall()
    return [
        f"{schema}.{table}.{column}: {word}"
        for schema, table, column in columns
        if not schemas or schema in schemas
        for word in words
        if connection.execute(
            f'select count(*) from "{schema}"."{table}" where contains(lower("{column}"), lower(?))', [word]
        ).fetchall()
        != [(0,)]
    ]
