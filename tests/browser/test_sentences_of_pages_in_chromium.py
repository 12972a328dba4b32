"""What pages say beside their tables of figures: targets, what needs attention, shares, totals, checks, the lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from demo_served import Demo
from figures_read import (
    CHANNEL_HEADS,
    LANGUAGES,
    MISSING,
    TABLES,
    differences,
    frozen,
    number,
    numbers_in,
    one_of,
    pages_of,
    version_of,
)

pytestmark = pytest.mark.browser

# of an element its own words, without badges, reasons and links
OWN = "const own = e => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.textContent).join(' ').trim();"
TARGETS = f"""() => {{ {OWN}
  return [...document.querySelectorAll('.card')].flatMap(c => [...c.querySelectorAll('.target')].map(t => [
    c.querySelector('.definition a').getAttribute('href').replace('#kpi-', ''), own(t)]));
}}"""
MATTERS = f"""() => {{ {OWN}
  return [...document.querySelectorAll('.matters li')].map(m => [m.querySelector('a').getAttribute('href'), own(m)]);
}}"""
BRIEF = f"""() => {{ {OWN}
  return [...document.querySelectorAll('.brief li')].map(b => [b.querySelector('h3').textContent.trim(),
    own(b.querySelector('.value'))]);
}}"""
CHECKED = "() => document.querySelector('#checks .lead').textContent"
LISTED = "() => [...document.querySelectorAll('main td:nth-child(2)')].map(c => c.textContent.trim())"
DEFINED = """() => [...document.querySelectorAll('.glossary > div')].map(d => [
  d.id.replace('kpi-', ''), d.querySelector('dd.remark').textContent])"""
# the columns of channels of which the total is that of a KPI, and which of its figures; all others are summed
TOTALS = {
    **{"sessions": ("sessions", "value"), "spend_media_eur": ("ad_spend", "value"), "leads": ("new_leads", "value")},
    **{"spend_full_eur": ("cpl", "numerator"), "mqls": ("mqls", "value"), "customers": ("customers", "value")},
    **{"revenue_eur": ("revenue", "value"), "cpl_eur": ("cpl", "value"), "cpc_eur": ("cpc", "value")},
    **{"cpa_eur": ("cpa", "value"), "roas": ("roas", "value"), "roi": ("marketing_roi", "value")},
    "cost_per_qualified_lead_eur": ("cost_per_qualified_lead", "value"),
}


def of_month(mart: duckdb.DuckDBPyConnection, path: Path, query: str) -> list[tuple[Any, ...]]:
    """Rows of the page's snapshot `s`."""
    month, version = version_of(path)
    return mart.execute(query, {"month": f"{month}-01", "version": version}).fetchall()


def targets_of(mart: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[Any, ...]]:
    return of_month(
        mart,
        path,
        """select g.kpi_id, g.status, g.slice, g.actual, g.expected_by_now
        from snapshots.kpi_target_status as g inner join snapshots.snapshot as s using (snapshot_id)
        where s.month = $month::date and s.version = $version and g.grain = 'month' and g.period_start = s.month""",
    )


def values_of(mart: duckdb.DuckDBPyConnection, path: Path, slice_: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Value and numerator of the month by KPI and member."""
    rows = of_month(
        mart,
        path,
        f"""select v.kpi_id, v.member, v.value, v.numerator
        from snapshots.kpi_value as v inner join snapshots.snapshot as s using (snapshot_id)
        where s.month = $month::date and s.version = $version and v.grain = 'month' and v.period_start = s.month
            and v.slice = '{slice_}'""",
    )
    return {(kpi_id, member): {"value": value, "numerator": part} for kpi_id, member, value, part in rows}


def shows(text: str, exact: Any, language: str) -> bool:
    return (text == MISSING) if exact is None else number(text, language).is_of(exact)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_target_on_a_card_is_told_with_its_frozen_figures(
    demo: Demo, mart: duckdb.DuckDBPyConnection, read: Any, language: str
) -> None:
    seen = 0
    for path in pages_of(demo, language):
        targets = targets_of(mart, path)
        for kpi_id, text in read(path, TARGETS):
            if shown := numbers_in(text, language):
                of_kpi = [
                    (actual, expected)
                    for kpi, _, slice_, actual, expected in targets
                    if (kpi, slice_) == (kpi_id, "total")
                ]
                assert one_of(shown, *of_kpi), (path, text)
                seen += 1
    assert seen > 30, "the targets were found"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_needs_attention_is_told_with_frozen_figures(
    demo: Demo, mart: duckdb.DuckDBPyConnection, read: Any, language: str
) -> None:
    seen: dict[str, int] = {}
    months = pages_of(demo, language)
    for place, path in enumerate(months):
        behind = [tuple(row[3:]) for row in targets_of(mart, path) if row[1] in ("behind", "missed")]
        now = values_of(mart, path, "total")
        before = values_of(mart, months[place - 1], "total") if place else {}
        changes = []
        for cell, figures in now.items():
            after, then = figures["value"], before.get(cell, {}).get("value")
            if after is not None and then:
                difference = abs(after - then)
                changes += [(difference, difference / abs(then), then), (difference, then)]
        for section, text in read(path, MATTERS):
            shown = numbers_in(text.partition(": ")[2], language)
            if shown and section in ("#targets", "#headline"):
                assert one_of(shown, *(behind if section == "#targets" else changes)), (path, text)
                seen[section] = seen.get(section, 0) + 1
    assert seen.keys() == {"#targets", "#headline"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_shares_of_visits_and_totals_of_channels_are_those_of_the_kpis(
    demo: Demo, mart: duckdb.DuckDBPyConnection, read: Any, language: str
) -> None:
    visits = totals = 0
    for path in pages_of(demo, language):
        whole, phones = values_of(mart, path, "total"), values_of(mart, path, "channel")
        sessions = whole["sessions", ""]["value"]
        *of_channels, traffic = [table for table in read(path, TABLES) if table["section"] == "channels"]
        for name, count, share, on_phones in traffic["rows"]:
            mobile = phones.get(("mobile_traffic_share", name)) or whole["mobile_traffic_share", ""]
            is_one = ("mobile_traffic_share", name) in phones or name in ("Total", "Totaal")
            exact = float(number(count, language).value)
            assert number(share, language).is_of(exact / sessions), (path, name)
            assert not is_one or shows(on_phones, mobile["value"], language), (path, name)
            visits += is_one
        for table in of_channels:
            heads = [TOTALS.get(CHANNEL_HEADS[language].get(head, "")) for head in table["heads"]]
            for head, text in zip(heads, table["rows"][-1], strict=True):
                if head is not None:
                    assert shows(text, whole[head[0], ""][head[1]], language), (path, head)
                    totals += 1
    assert visits > 14 * 8
    assert totals == 14 * len(TOTALS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_checks_and_definitions_are_the_frozen_ones(
    demo: Demo, mart: duckdb.DuckDBPyConnection, read: Any, language: str
) -> None:
    for path in pages_of(demo, language):
        ((passed, total),) = of_month(
            mart,
            path,
            """select count(*) filter (where c.passed), count(*)
            from snapshots.check_result as c inner join snapshots.snapshot as s using (snapshot_id)
            where s.month = $month::date and s.version = $version""",
        )
        assert one_of(numbers_in(read(path, CHECKED), language)[:2], (passed, total)), path
        versions = of_month(
            mart,
            path,
            """select v.kpi_id, v.definition_version
            from snapshots.kpi_value as v inner join snapshots.snapshot as s using (snapshot_id)
            where s.month = $month::date and s.version = $version and v.grain = 'month' and v.period_start = s.month
                and v.slice = 'total'""",
        )
        defined = read(path, DEFINED)
        assert {kpi_id: int(text.split()[-1]) for kpi_id, text in defined} == dict(versions), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_begin_with_the_newest_month_and_have_a_row_for_each_version(
    demo: Demo, mart: duckdb.DuckDBPyConnection, read: Any, language: str
) -> None:
    newest = pages_of(demo, language)[-1]
    values = frozen(mart, newest, language, "month")
    listed = demo.data / "reports" / f"index.{language}.html"
    for page in (listed, newest.with_name(f"year.{language}.html")):
        brief = dict(read(page, BRIEF))
        assert len(brief) == 7
        assert differences(brief, values, language) == [], page
    versions = mart.execute(
        "select version::varchar from snapshots.snapshot order by month desc, version desc"
    ).fetchall()
    assert read(listed, LISTED) == [version for (version,) in versions]
