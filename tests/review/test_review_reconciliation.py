"""What does not add up or was refused stands on the page, in words and figures, and with what to do about it."""

from __future__ import annotations

from read_page import Page
from sample_snapshot import month_at

from pipelines.review.reconciliation import RefusedLoad, ReportDay, reconciliation
from pipelines.review.wording import load_wording

COLLAPSED = "holds 12 of the 300 sessions in ga4.day_total"


def report_day(sessions: int, day_total: int | None, report: str = "channel_day", **more: int | str) -> ReportDay:
    usual: dict[str, int | str | None] = {"withheld_sessions": 0, "other_sessions": 0, "refused_reason": None}
    told = usual | more
    return ReportDay(
        report,
        rows_received=10,
        sessions=sessions,
        day_total_sessions=day_total,
        withheld_sessions=told["withheld_sessions"],  # type: ignore[arg-type]
        other_sessions=told["other_sessions"],  # type: ignore[arg-type]
        refused_reason=told["refused_reason"],  # type: ignore[arg-type]
    )


def cells(*days: ReportDay) -> list[str]:
    grid = reconciliation(days, (), load_wording("en")).reports
    assert grid is not None and len(grid.rows) == 1
    return [cell.text for cell in grid.rows[0].cells]


def test_the_days_of_a_report_are_one_row_against_their_day_totals() -> None:
    days = [report_day(190, 200, withheld_sessions=10, other_sessions=19), report_day(200, 200)]
    assert cells(*days) == ["2", "20", "400", "390", "2.5%", "2.5%", "4.9%", "1", "0"]


def test_a_small_day_that_is_apart_is_no_day_beyond_the_tolerance() -> None:
    assert cells(report_day(50, 99))[7] == "0"


def test_a_day_without_a_total_is_not_compared() -> None:
    assert cells(report_day(50, None))[:4] == ["0", "10", "0", "0"]


def test_a_month_without_reports_has_no_table() -> None:
    assert reconciliation((), (), load_wording("nl")).reports is None


def test_a_refused_load_is_told_in_both_languages_with_the_commands_that_decide_on_it() -> None:
    refused = RefusedLoad(812, "ga4.channel_day", 3, "2026-10-09", COLLAPSED)
    (dutch,), (english,) = (
        reconciliation((), (refused,), load_wording(language)).refusals for language in ("nl", "en")
    )
    assert (dutch.what, dutch.why.text) == (
        "ga4.channel_day: 3 delen, zoals 2026-10-09",
        "bevat 12 van de 300 sessies van de dag",
    )
    assert (english.what, english.why.text) == (
        "ga4.channel_day: 3 parts, such as 2026-10-09",
        "holds 12 of the 300 sessions of the day",
    )
    for one in (dutch, english):
        assert "kpi accept 812" in one.remedy and "kpi retract 812" in one.remedy


def test_the_page_shows_both_below_the_data_checks(newest: dict[str, Page]) -> None:
    text = next(one.text for one in newest["en"].elements if one.attributes.get("id") == "checks")
    assert f"ga4.campaign_day: 1 part, such as {month_at(13):%Y-%m}-09: fell from 1270.00 to 24.00 (sessions)" in text
    assert "By landing page" not in text
    assert "By channel and device" in text
