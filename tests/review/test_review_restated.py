"""What a version changed, on its page: old, new, difference and causes, in figures of which the sums hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from read_page import Page, Written
from sample_snapshot import tell_of

from pipelines.review.wording import load_wording

SEPTEMBER, SECOND = date(2026, 9, 1), "2026-09-v2"


def change(
    company: duckdb.DuckDBPyConnection, kpi_id: str, more: float, slice_: str = "total", member: str = ""
) -> None:
    """Makes a count of the second version differ from the first."""
    company.execute(
        """update snapshots.kpi_value set numerator = numerator + $more, value = value + $more
        where snapshot_id = '2026-09-v2' and grain = 'month'
          and kpi_id = $kpi and slice = $slice and member = $member""",
        {"more": more, "kpi": kpi_id, "slice": slice_, "member": member},
    )


def amounts(kpi_id: str, causes: dict[str, object], slice_: str = "total", member: str = "") -> list[tuple[Any, ...]]:
    return [
        (SEPTEMBER, 1, 2, kpi_id, slice_, member, cause, part, Decimal(str(amount)))
        for cause, amount in causes.items()
        for part in ("numerator", "value")
    ]


def with_members(company: duckdb.DuckDBPyConnection, kpi_id: str, members: Sequence[str]) -> None:
    company.execute(
        """insert into snapshots.kpi_value by name
        select k.* replace ('channel' as slice, m.member as member) from snapshots.kpi_value as k
        cross join (select unnest(?) as member) as m
        where k.kpi_id = ? and k.grain = 'month' and k.slice = 'total' and k.snapshot_id like '2026-09-v%'""",
        [list(members), kpi_id],
    )


@pytest.fixture
def restated(company: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A second version of September: late leads and a merge, revenue that came late, and causes that cancel out."""
    change(company, "new_leads", 7)
    change(company, "revenue", 1250.5)
    rows = amounts("new_leads", {"late_data": 9, "merge": -2}) + amounts("revenue", {"late_data": "1250.5"})
    rows += amounts("customers", {"late_data": 1, "source_correction": -1})
    return tell_of(company, amounts=rows)


def cells(page: Page, name: str, caption: str) -> list[str]:
    return [cell.text for cell in page.every("td", inside=page.row(name, caption))]


TOTALS = "KPIs in versions 1 and 2"


def test_old_new_difference_and_causes_stand_side_by_side(
    written: Written, restated: duckdb.DuckDBPyConnection
) -> None:
    page = written(restated, SECOND, languages=("en",))["en"]
    section = page.section("changed-since-v1")
    table = page.every("table", inside=section)[0]
    assert [head.text for head in page.every("thead", inside=table)] == [
        "KPI Version 1 Version 2 Difference Merge Late data Correction at the source"
    ]
    assert cells(page, "New leads", TOTALS) == ["476", "483", "+7", "\u22122", "+9", "0"]
    assert cells(page, "Revenue", TOTALS) == ["€190,709", "€191,959", "+€1,250", "0", "+€1,250", "0"]
    assert "with no remainder" in section.text and "The totals of the 20 other KPIs are unchanged." in section.text


def test_a_kpi_in_which_causes_cancel_each_other_out_is_not_left_out(
    written: Written, restated: duckdb.DuckDBPyConnection
) -> None:
    page = written(restated, SECOND, languages=("en",))["en"]
    assert cells(page, "New customers", TOTALS)[2:] == ["0", "0", "+1", "\u22121"]


def test_headline_kpis_stand_first(written: Written, restated: duckdb.DuckDBPyConnection) -> None:
    page = written(restated, SECOND, headline_pack=("revenue", "customers"))["nl"]
    table = page.every("table", inside=page.section("changed-since-v1"))[0]
    heads = [head.text for head in page.every("th", inside=table) if head.attributes["scope"] == "row"]
    assert heads == ["Omzet", "Nieuwe klanten", "Nieuwe leads"]


def test_numerators_and_denominators_keep_all_of_their_digits(
    written: Written, restated: duckdb.DuckDBPyConnection
) -> None:
    page = written(restated, SECOND, languages=("nl",))["nl"]
    caption = "Tellers en noemers in versie 1 en versie 2, niet afgerond"
    assert cells(page, "Omzet teller", caption) == [
        "190.708,995639",
        "191.959,495639",
        "+1.250,5",
        "0",
        "+1.250,5",
        "0",
    ]


def test_a_difference_is_rounded_like_the_cause_that_it_came_of(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    # as doubles these differ by a little less than 52.075
    for version, value in (("v1", 3053.1), ("v2", 3053.1 + 52.075)):
        company.execute(
            """update snapshots.kpi_value set value = ? where snapshot_id = '2026-09-' || ? and kpi_id = 'cpl'
            and grain = 'month' and slice = 'total'""",
            [value, version],
        )
    row = (SEPTEMBER, 1, 2, "cpl", "total", "", "late_data", "value", Decimal("52.075"))
    page = written(tell_of(company, amounts=[row]), SECOND, languages=("en",))["en"]
    assert cells(page, "Cost per lead (fully loaded)", TOTALS)[2:] == ["+€52.08", "+€52.08"]


def test_causes_that_leave_a_rest_are_told_instead_of_praised(
    written: Written, restated: duckdb.DuckDBPyConnection
) -> None:
    restated.execute("update snapshots.restatement set amount = 8 where kpi_id = 'new_leads' and cause = 'late_data'")
    text = written(restated, SECOND, languages=("en",))["en"].section("changed-since-v1").text
    assert "do not fully explain the difference of New leads." in text and "no remainder" not in text


def test_a_difference_without_recorded_causes_names_the_command_that_tells_them(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    change(company, "new_leads", 7)
    page = written(company, SECOND, languages=("en",))["en"]
    assert "kpi restatement 2026-09 --from 1 --to 2" in page.section("changed-since-v1").text
    assert cells(page, "New leads", TOTALS) == ["476", "483", "+7"]


def test_nothing_changed_is_one_sentence(written: Written, company: duckdb.DuckDBPyConnection) -> None:
    page = written(company, SECOND, languages=("nl",))["nl"]
    section = page.section("changed-since-v1")
    assert section.text == (
        "Wat er is veranderd sinds versie 1 "
        "Er is niets veranderd: elke KPI van de maand is in versie 1 en versie 2 gelijk."
    )
    assert page.every("table", inside=section) == []


def test_a_first_version_has_no_such_section(newest: dict[str, Page]) -> None:
    assert [one for one in newest["nl"].elements if one.attributes.get("id", "").startswith("changed-")] == []


def test_a_value_that_only_one_version_has_is_a_gap_with_its_reason(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    company.execute(
        """update snapshots.kpi_value set numerator = null, value = null
        where snapshot_id = '2026-09-v1' and kpi_id = 'aov'"""
    )
    page = written(company, SECOND, languages=("en",))["en"]
    before, _, difference = cells(page, "Average order value", TOTALS)
    assert before == "—a (this version has no value)"
    assert difference == "—b (a difference needs a value in both versions)"


def test_a_value_that_stays_the_same_while_its_parts_change_has_nothing_unrecorded(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    company.execute(
        """update snapshots.kpi_value set numerator = 0, denominator = denominator + 4, value = 0
        where snapshot_id = '2026-09-v2' and grain = 'month' and kpi_id = 'bounce_rate'"""
    )
    company.execute(
        """update snapshots.kpi_value set numerator = 0, value = 0
        where snapshot_id = '2026-09-v1' and grain = 'month' and kpi_id = 'bounce_rate'"""
    )
    tell_of(company, amounts=[(SEPTEMBER, 1, 2, "bounce_rate", "total", "", "late_data", "denominator", 4)])
    page = written(company, SECOND, languages=("en",))["en"]
    assert cells(page, "Bounce rate (website)", TOTALS) == ["0.0%", "0.0%", "0", "0"]


def test_members_are_listed_with_what_they_are(written: Written, company: duckdb.DuckDBPyConnection) -> None:
    with_members(company, "new_leads", ["Paid <b>Social</b>", "(unknown)"])
    change(company, "new_leads", 2, "channel", "(unknown)")
    change(company, "new_leads", -2, "channel", "Paid <b>Social</b>")
    page = written(company, SECOND, languages=("nl",))["nl"]
    section = page.section("changed-since-v1")
    assert "Geen enkel totaal is veranderd" in section.text
    heads = [head.text for head in page.every("th", inside=section) if head.attributes["scope"] == "row"]
    assert heads == ["Nieuwe leads kanaal: (onbekend)", "Nieuwe leads kanaal: Paid <b>Social</b>"]


def test_too_many_members_are_counted_and_found_in_the_mart(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    members = [f"channel {turn}" for turn in range(61)]
    with_members(company, "new_leads", members)
    for member in members:
        change(company, "new_leads", 1, "channel", member)
    text = written(company, SECOND, languages=("en",))["en"].section("changed-since-v1").text
    assert "61 members differ as well" in text and "snapshots.restatement" in text


def test_a_third_version_is_held_against_the_approved_one_first_and_then_against_the_one_before(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    for table in ("snapshot", "kpi_value"):
        company.execute(
            f"insert into snapshots.{table} by name select * replace ('2026-09-v3' as snapshot_id) "
            f"from snapshots.{table} where snapshot_id = '2026-09-v2'"
        )
    company.execute("update snapshots.snapshot set version = 3 where snapshot_id = '2026-09-v3'")
    tell_of(company, approvals=[("2026-09-v1", "the board", datetime(2026, 10, 12), "")])  # noqa: DTZ001
    page = written(company, "2026-09-v3", languages=("en",))["en"]
    headings = [heading.text for heading in page.every("h2") if heading.text.startswith("What changed")]
    assert headings == ["What changed since version 1", "What changed since version 2"]


@pytest.mark.parametrize(
    ("kpi_id", "unit", "difference", "text"),
    [
        ("new_leads", "count", Decimal(-2), "\u22122"),
        ("new_leads", "count", Decimal("0.5"), "+0.50"),
        ("revenue", "EUR", Decimal("1250.5"), "+€1,250"),
        ("cpl", "EUR", Decimal("-0.004"), "\u2212€0.0040"),
        ("lead_to_mql_rate", "ratio", 0.0213, "+2.1 pp"),
        ("lead_to_mql_rate", "ratio", 0.000012, "+0.0012 pp"),
        ("roas", "ratio", -0.25, "\u22120.25"),
        ("sales_cycle_days", "days", 1.25, "+1.2"),
        ("new_leads", "count", 0, "0"),
    ],
)
def test_a_difference_keeps_its_sign_its_unit_and_digits_that_say_something(
    kpi_id: str, unit: str, difference: Any, text: str
) -> None:
    assert load_wording("en").difference(kpi_id, unit, difference) == text
