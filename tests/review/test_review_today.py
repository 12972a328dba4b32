"""The page of the morning: yesterday and the running month by the last build, and what is stale or refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from read_page import Page
from sample_morning import TODAY, YESTERDAY, morning_connection, put, put_day

from pipelines.alerts import Alert
from pipelines.review import Masthead
from pipelines.review.today import write_today

FIGURES = "Figures up to 5 November 2026"
SOURCES = "When each source was last read"
Shown = Callable[..., Page]


@pytest.fixture
def build() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = morning_connection()
    yield connection
    connection.close()


@pytest.fixture
def shown(build: duckdb.DuckDBPyConnection, tmp_path: Path) -> Shown:
    """The page of the build as it is by now, in English unless a language is named."""

    def show(*alerts: Alert, language: str = "en") -> Page:
        (path,) = write_today(build, tmp_path, Masthead("Voorbeeld B.V.", False, ()), alerts, (language,))
        return Page(path)

    return show


def cells(page: Page, head: str, caption: str = FIGURES) -> list[str]:
    return [cell.text for cell in page.every("td", inside=page.row(head, caption))]


def matters(page: Page) -> list[str]:
    return [item.text for item in page.every("li", inside=page.section("attention"))]


def read(connection: duckdb.DuckDBPyConnection, source: str, day: date, state: str = "read", message: str = "") -> None:
    connection.execute(
        "insert into meta.source_outcome by name select $run as run_id, $source as source, $day as business_date, "
        "$state as state, $message as message, $day::timestamp + interval 5 hour as finished_at",
        {"run": f"night of {day}", "source": source, "day": day, "state": state, "message": message},
    )


def test_yesterday_stands_beside_its_week_the_week_before_and_the_month_so_far(shown: Shown) -> None:
    assert cells(shown(), "New leads") == ["3", "1", "21", "7", "+200.0% better", "15", "● Final"]


def test_a_difference_that_may_be_chance_gets_no_verdict(build: duckdb.DuckDBPyConnection, shown: Shown) -> None:
    put_day(build, "customers", YESTERDAY, 1)
    for back in range(1, 14):
        put_day(build, "customers", date.fromordinal(YESTERDAY.toordinal() - back), 0 if back == 1 else 1)
    page = shown()
    assert cells(page, "New customers")[4] == "\u221214.3%a"
    assert "a The difference may be chance." in [note.text for note in page.every("li", inside=page.section("recent"))]


def test_a_week_of_which_a_day_is_unknown_has_no_sum(build: duckdb.DuckDBPyConnection, shown: Shown) -> None:
    build.execute("delete from marts.kpi_value where kpi_id = 'sessions' and period_start = date '2026-11-03'")
    found = cells(shown(), "Sessions")
    assert found[:2] == ["100", "100"]
    assert found[2].startswith("—") and "not known of each of the seven days" in found[2]
    assert found[3] == "700"
    assert found[4] == ""


def test_the_cost_of_a_week_is_that_of_its_sums_and_no_mean_of_days(
    build: duckdb.DuckDBPyConnection, shown: Shown
) -> None:
    for back in range(14):
        day = date.fromordinal(YESTERDAY.toordinal() - back)
        put(build, "cpl", "day", day, 100, unit="EUR")
        build.execute(
            "update marts.kpi_value set numerator = ?, denominator = ? where kpi_id = 'cpl' and period_start = ?",
            [300 if back == 0 else 100, 3 if back == 0 else 1, day],
        )
    assert cells(shown(), "Cost per lead (fully loaded)")[2] == "€100.00"


def test_a_kpi_without_a_source_is_in_no_row(build: duckdb.DuckDBPyConnection, shown: Shown) -> None:
    build.execute("update marts.kpi_value set value = null, numerator = null where kpi_id = 'sessions'")
    page = shown()
    assert "Sessions" not in {head.text for head in page.every("th", inside=page.section("recent"))}


def test_targets_of_the_running_month_are_held_against_the_part_that_is_over(
    build: duckdb.DuckDBPyConnection, shown: Shown
) -> None:
    build.execute(
        """insert into marts.kpi_target_status by name
        select 'fifty_leads' as target_id, 'new_leads' as kpi_id, 'month' as grain, date '2026-11-01' as period_start,
            'total' as slice, '' as member, date '2026-11-05' as as_of, 'marketing' as owner, 50 as target_value,
            'week' as target_period, 36 as expected_by_now, 15 as actual, 15 / 36 as pace, 'behind' as status,
            'the period is not over' as reason"""
    )
    page = shown()
    assert "5 of the 30 days of November 2026 are over" in page.section("targets").text
    assert cells(page, "New leads fifty_leads", "Targets in November 2026 up to yesterday")[:3] == ["36", "15", "41.7%"]
    assert matters(page) == [
        "▼ Behind its target New leads: 15, where 36 was expected by now. the period is not over Targets"
    ]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (
            "en",
            "✕ Not reachable Google Analytics 4 was last read whole on 4 November 2026; its figures are as of then. "
            "ga4: no answer: try again Sources",
        ),
        (
            "nl",
            "✕ Niet bereikbaar Google Analytics 4 is voor het laatst volledig gelezen op 4 november 2026; de cijfers "
            "zijn van toen. ga4: no answer: try again Bronnen",
        ),
    ],
)
def test_a_source_that_did_not_answer_is_told_with_the_day_of_its_figures(
    build: duckdb.DuckDBPyConnection, shown: Shown, language: str, line: str
) -> None:
    read(build, "ga4", date(2026, 11, 4))
    read(build, "ga4", date(2026, 11, 5), "unavailable", "ga4: no answer: try again")
    assert matters(shown(language=language)) == [line]


def test_a_source_that_answered_again_is_fresh(build: duckdb.DuckDBPyConnection, shown: Shown) -> None:
    read(build, "ga4", date(2026, 11, 5), "unavailable", "ga4: no answer: try again")
    read(build, "ga4", TODAY)
    page = shown()
    assert matters(page) == []
    assert cells(page, "Google Analytics 4", SOURCES) == ["6 November 2026", "0", "✓ Read"]


def test_a_run_counts_as_read_only_when_all_of_a_source_was(build: duckdb.DuckDBPyConnection, shown: Shown) -> None:
    read(build, "mailchimp", TODAY)
    read(build, "mailchimp", TODAY, "failed", "campaigns: it is no list: look at it")
    assert cells(shown(), "Mailchimp", SOURCES)[:2] == ["—", "—"]


def test_a_kind_of_file_is_as_fresh_as_its_newest_file_and_told_when_it_stays_away(
    build: duckdb.DuckDBPyConnection, shown: Shown
) -> None:
    for load_id, (path, day) in enumerate((("leads/a.csv", "2026-10-01"), ("leads/b.csv", "2026-10-08")), 1):
        build.execute(
            "insert into meta.load by name select ? as load_id, 'file' as source, ?::date as business_date",
            [load_id, day],
        )
        build.execute(
            "insert into meta.file by name select ? as path, 'leads' as kind, ? as load_id, 'loaded' as state, "
            "?::timestamp as seen_at",
            [path, load_id, day],
        )
    missed = Alert("source silent", "inbox leads", "inbox/leads: no file since 2026-10-08")
    page = shown(missed)
    assert cells(page, "inbox/leads leads/b.csv", SOURCES) == ["8 October 2026", "29", "! Stays away"]
    assert matters(page) == [
        "! Stays away inbox/leads was last read whole on 8 October 2026; its figures are as of then. Sources"
    ]


def test_a_file_that_could_not_be_read_is_named_with_its_reason(build: duckdb.DuckDBPyConnection, shown: Shown) -> None:
    build.execute(
        """insert into meta.file by name select 'leads/<b>x</b>.csv' as path, 'leads' as kind, 'unreadable' as state,
        'it is empty: export it again' as reason, timestamp '2026-11-06 05:00:00' as seen_at"""
    )
    page = shown()
    assert matters(page) == ["✕ Not read 1 file of the inbox could not be read and is in no figure. Sources"]
    assert cells(page, "leads/<b>x</b>.csv", "Files that were not loaded") == ["it is empty: export it again"]
    assert page.every("b") == []


def test_checks_refused_loads_and_rejected_rows_are_told_as_on_the_page_of_a_month(
    build: duckdb.DuckDBPyConnection, shown: Shown
) -> None:
    build.execute(
        """insert into meta.check_result by name select 'marts.kpi_value' as table_name, 'never_negative' as check_name,
        'error' as severity, false as passed, 3 as figure"""
    )
    build.execute("""insert into marts.refused_load select 7, 'leads', 1, 'a', 'a', 'rows fell by more than half'""")
    build.execute(
        """insert into marts.rejection by name
        select 'leads/a.csv' as path, 'leads' as kind, 3 as load_id, 10 as rows_in, 2 as rows_rejected,
            0.2 as rejected_share, 'created_at' as column_name, 2 as rows, 4 as first_line, '4-5' as lines,
            'no day' as reason, 'write it as 2026-11-05' as remedy, 1 as wordings, false as is_of_erased"""
    )
    page = shown()
    assert [line.split(" ", 2)[:2] for line in matters(page)] == [["✕", "Data"], ["✕", "Checks"], ["!", "Rows"]]
    told = page.section("checks").text
    assert "kpi accept 7" in told
    assert "leads/a.csv" in told


def test_a_quota_that_runs_out_is_told(shown: Shown) -> None:
    (line,) = matters(shown(Alert("quota nearly used", "tokens_per_day", "ga4 tokens per day: 10 were left: ask less")))
    assert line.startswith("! Quota Google Analytics gives few more answers today. ga4 tokens per day: 10 were left")


def test_when_nothing_is_the_matter_the_page_says_so(shown: Shown) -> None:
    assert "Nothing: no target is behind" in shown().section("attention").text


def test_before_the_first_build_there_is_no_page(build: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    build.execute("delete from meta.build")
    assert write_today(build, tmp_path, Masthead("Voorbeeld B.V.", False, ())) == []
    assert list(tmp_path.iterdir()) == []


def test_the_same_build_gives_the_same_bytes(build: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    masthead = Masthead("Voorbeeld B.V.", False, ())
    first = [path.read_bytes() for path in write_today(build, tmp_path / "a", masthead)]
    assert [path.read_bytes() for path in write_today(build, tmp_path / "b", masthead)] == first
