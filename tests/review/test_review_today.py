"""The page of the morning: yesterday and the running month by the last build, and what is stale or refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from read_page import Page
from sample_morning import TODAY, YESTERDAY, morning_connection, put, put_day

from pipelines.alerts import Alert
from pipelines.review import Masthead
from pipelines.review.today import Told, write_today
from pipelines.review.today.morning import read_morning

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

    def show(*alerts: Alert, language: str = "en", apis: tuple[str, ...] = ("ga4", "mailchimp")) -> Page:
        told = Told(apis, alerts)
        (path,) = write_today(build, tmp_path, Masthead("Voorbeeld B.V.", False, ()), told, (language,))
        return Page(path)

    return show


def cells(page: Page, head: str, caption: str = FIGURES) -> list[str]:
    return [cell.text for cell in page.every("td", inside=page.row(head, caption))]


def matters(page: Page) -> list[str]:
    return [item.text for item in page.every("li", inside=page.section("attention"))]


def notes(page: Page) -> list[str]:
    return [note.text for note in page.every("li", inside=page.section("recent"))]


def day_before(back: int) -> date:
    return YESTERDAY - timedelta(days=back)


def put_cost(connection: duckdb.DuckDBPyConnection, day: date, cost: int, leads: int) -> None:
    put(connection, "cpl", "day", day, cost, unit="EUR")
    connection.execute(
        """update marts.kpi_value set denominator = $leads, value = case when $leads > 0 then numerator / $leads end
        where kpi_id = 'cpl' and period_start = $day""",
        {"leads": leads, "day": day},
    )


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
        put_day(build, "customers", day_before(back), 0 if back == 1 else 1)
    page = shown()
    letter = cells(page, "New customers")[4].removeprefix("\u221214.3%")
    assert f"{letter} The difference may be chance." in notes(page)


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
        put_cost(build, day_before(back), cost=900 if back == 0 else 100, leads=3 if back == 0 else 1)
    # 1,500 euros and 9 leads; the mean of the days would be 128.57
    assert cells(shown(), "Cost per lead (fully loaded)")[2] == "€166.67"


def test_a_week_of_cost_without_a_lead_has_no_cost_per_lead(build: duckdb.DuckDBPyConnection, shown: Shown) -> None:
    for back in range(14):
        put_cost(build, day_before(back), cost=100, leads=0)
    put_cost(build, day_before(20), cost=100, leads=1)
    assert "there was nothing to divide by" in cells(shown(), "Cost per lead (fully loaded)")[2]


def test_days_by_two_definitions_are_not_compared(build: duckdb.DuckDBPyConnection, shown: Shown) -> None:
    build.execute("update marts.kpi_value set definition_version = 2 where period_start >= date '2026-10-30'")
    found = cells(shown(), "New leads")
    assert found[2:4] == ["21", "7"]
    assert "the definition changed within these days" in found[4]


def test_days_that_may_still_change_get_no_verdict(build: duckdb.DuckDBPyConnection, shown: Shown) -> None:
    build.execute("update marts.kpi_value set status = 'provisional' where period_start = date '2026-11-05'")
    page = shown()
    letter = cells(page, "New leads")[4].removeprefix("+200.0%")
    assert f"{letter} no verdict, because the last days may still change" in notes(page)


def test_equal_weeks_are_called_the_same_and_nothing_before_is_said(
    build: duckdb.DuckDBPyConnection, shown: Shown
) -> None:
    build.execute("update marts.kpi_value set numerator = 0, value = 0 where kpi_id = 'new_leads' and value = 1")
    page = shown()
    assert cells(page, "Sessions")[4] == "practically the same"
    assert "there was nothing in the seven days before" in cells(page, "New leads")[4]


def test_what_a_day_has_to_bring_is_its_part_of_the_month_of_targets_of_the_company(
    build: duckdb.DuckDBPyConnection,
) -> None:
    for target_id, kpi_id, slice_name, before, expected in (
        ("year", "revenue", "total", 300, 330),
        ("week", "new_leads", "total", 0, 60),
        ("harder", "new_leads", "total", 0, 90),
        ("channel", "sessions", "channel", 0, 3000),
    ):
        build.execute(
            """insert into reference.target by name select ? as target_id, 1 as version, ? as kpi_id, ? as slice,
                true as is_additive""",
            [target_id, kpi_id, slice_name],
        )
        build.execute(
            """insert into marts.target_step by name select ? as target_id, 1 as version, ? as kpi_id,
                date '2026-11-01' as month, ? as expected_before, ? as expected""",
            [target_id, kpi_id, before, expected],
        )
    morning = read_morning(build, Told())
    assert morning is not None
    assert morning.needed_by_day == {"revenue": 1.0, "new_leads": 3.0}


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
    assert cells(page, "New leads fifty_leads", "Targets as they stand now")[:3] == ["36", "15", "41.7%"]
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
            "insert into meta.load by name select ? as load_id, 'file' as source, 'lead' as object, "
            "?::date as business_date",
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


def test_a_source_that_never_answered_or_is_switched_off_is_told_as_that(
    build: duckdb.DuckDBPyConnection, shown: Shown
) -> None:
    for source in ("ga4", "mailchimp"):
        read(build, source, TODAY, "failed", f"{source}: it refuses the key: set another")
    page = shown(apis=("ga4",))
    assert matters(page) == [
        "✕ Not read Google Analytics 4 was never read whole yet. ga4: it refuses the key: set another Sources"
    ]
    assert "Mailchimp" not in page.section("sources").text


def test_a_file_that_came_again_word_for_word_is_fresh_and_one_taken_back_is_not_there(
    build: duckdb.DuckDBPyConnection, shown: Shown
) -> None:
    for load_id, day, name, repeats in (
        (1, "2026-11-01", "lead", None), (2, "2026-11-06", "lead", 1), (3, "2026-11-06", "shop_order", None),
    ):  # fmt: skip
        build.execute(
            """insert into meta.load by name select ? as load_id, 'file' as source, ?::date as business_date,
                ? as object, ? as repeats""",
            [load_id, day, name, repeats],
        )
    build.execute("insert into meta.ruling by name select 3 as load_id, 'retract' as action")
    build.execute(
        """insert into meta.file by name select 'leads/a.csv' as path, 'leads' as kind, 1 as load_id,
            'loaded' as state, timestamp '2026-11-01 05:00:00' as seen_at"""
    )
    page = shown()
    assert cells(page, "inbox/leads leads/a.csv", SOURCES) == ["6 November 2026", "0", "✓ Read"]
    assert "inbox/orders" not in page.section("sources").text


def test_a_file_whose_newest_load_waits_for_a_person_is_not_called_read(
    build: duckdb.DuckDBPyConnection, shown: Shown
) -> None:
    build.execute(
        """insert into meta.load by name
        select 7 as load_id, 'file' as source, date '2026-11-06' as business_date, 'lead' as object"""
    )
    build.execute("insert into marts.refused_load select 7, 'lead', 1, 'a', 'a', 'rows fell by more than half'")
    assert cells(shown(), "inbox/leads", SOURCES)[2] == "✕ Waits for a decision"


def test_an_unreadable_file_that_is_gone_is_told_no_more(build: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    build.execute(
        """insert into meta.file by name select 'leads/' || name as path, 'leads' as kind, 'unreadable' as state,
            'it is empty: export it again' as reason, timestamp '2026-11-06 05:00:00' as seen_at
        from (values ('gone.csv'), ('there.zip!x.csv')) as f (name)"""
    )
    (tmp_path / "leads").mkdir()
    (tmp_path / "leads" / "there.zip").write_bytes(b"")
    morning = read_morning(build, Told(inbox=tmp_path))
    assert morning is not None
    assert [path for path, _ in morning.unread_files] == ["leads/there.zip!x.csv"]


def test_a_file_that_could_not_be_read_is_named_with_its_reason(build: duckdb.DuckDBPyConnection, shown: Shown) -> None:
    build.execute(
        """insert into meta.file by name select 'leads/<b>x</b>.csv' as path, 'leads' as kind, 'unreadable' as state,
        'it is empty: export it again' as reason, timestamp '2026-11-06 05:00:00' as seen_at"""
    )
    page = shown()
    (line,) = matters(page)
    assert line.startswith(
        "✕ Not read 1 file of the inbox could not be read; what an earlier version of it brought still"
    )
    assert cells(page, "leads/<b>x</b>.csv", "Files that could not be read") == ["it is empty: export it again"]
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
    assert write_today(build, tmp_path, Masthead("Voorbeeld B.V.", False, ()), Told()) == []
    assert list(tmp_path.iterdir()) == []


def test_the_same_build_gives_the_same_bytes(build: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    masthead = Masthead("Voorbeeld B.V.", False, ())
    first = [path.read_bytes() for path in write_today(build, tmp_path / "a", masthead, Told())]
    assert [path.read_bytes() for path in write_today(build, tmp_path / "b", masthead, Told())] == first
