"""The GA4 request set keeps the rules that its entries are read by."""

from __future__ import annotations

from pipelines.ga4_reports import REPORTS, Report


def test_every_report_is_within_the_limits_and_has_a_time_first() -> None:
    for report in REPORTS:
        assert len(report.dimensions) <= 9
        assert len(report.metrics) <= 10
        assert report.part_dimension in ("date", "yearMonth")
        assert report.gate is None or report.gate.column in report.metrics


def test_reports_with_key_events_revenue_or_cost_look_back_weekly() -> None:
    assert {report.name for report in REPORTS if report.look_back == "monthly"} == {
        "users_month",
        "users_month_channel",
        "users_month_device",
    }
    assert all(report.look_back == "weekly" for report in REPORTS if not report.is_monthly)
    assert Report("visits", ("date",), ("sessions",)).look_back == "nightly"
