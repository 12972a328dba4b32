"""The GA4 request set keeps the rules that its entries are read by."""

from __future__ import annotations

from pipelines.ga4_reports import REPORTS, Report, column_name


def test_every_report_is_within_the_limits_and_has_its_day_first() -> None:
    for report in REPORTS:
        assert len(report.dimensions) <= 9
        assert len(report.metrics) <= 10
        assert report.part_dimension == "date"
        assert report.gate is None or report.gate.column in map(column_name, report.metrics)


def test_reports_with_key_events_revenue_or_cost_look_back_weekly() -> None:
    assert all(report.look_back == "weekly" for report in REPORTS)
    assert Report("visits", ("date",), ("sessions",)).look_back == "nightly"


def test_a_report_that_is_written_with_retired_names_asks_for_the_current_ones() -> None:
    report = Report("old", ("date", "isConversionEvent"), ("conversions", "sessionConversionRate:purchase"))
    assert report.dimensions == ("date", "isKeyEvent")
    assert report.metrics == ("keyEvents", "sessionKeyEventRate:purchase")
    assert report.empty_arrival().rows.column_names[3:5] == ["key_events", "session_key_event_rate_purchase"]
