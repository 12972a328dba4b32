"""A closed month of the demo that late rows changed: its second version shows both, the difference and the cause.

Some of the late rows cannot be taken, which the page tells too.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from demo_served import Demo, kpi
from figures_read import LANGUAGES, MISSING, number, numbers_in, one_of
from made_once import made_once

pytestmark = pytest.mark.browser

MONTH = "2026-10"
LATE = {
    "leads/late.csv": (
        "lead_id,created_at,source,medium,campaign,channel,origin,segment,score,scored_at\n"
        "L-900001,2026-10-14T09:00:00+02:00,google,cpc,Brand NL,Paid Search,online,smb,27,2026-10-15T04:54:39+02:00\n"
        "L-900002,2026-10-20T09:00:00+02:00,,,,Organic Search,online,smb,80,2026-10-21T04:54:39+02:00\n"
        "L-900003,the day before yesterday,,,,Organic Search,online,smb,,\n"
        "L-900004,2026-10-20T09:00:00+02:00,,,,Organic Search,online,smb,a lot,2026-10-21T04:54:39+02:00\n"
    ),
    "costs/late.csv": (
        "cost_id,period_start,period_end,amount,currency,category,channel,allocation\n"
        "printing-2026-10,2026-10-01,2026-10-31,312.45,EUR,agency,,media_share\n"
    ),
}
# a table as its rows: the KPI, what is said beside its name, and the cells
RESTATED = """() => [...document.querySelectorAll('#changed-since-v1 table tbody')].map(t => [...t.rows].map(r => ({
  name: r.cells[0].firstChild.textContent.trim(),
  remark: (r.cells[0].querySelector('.remark')?.textContent || '').trim(),
  cells: [...r.cells].slice(1).map(c => c.firstChild.textContent.trim()),
})))"""
REJECTED = """() => [...document.querySelectorAll('table.rejections tbody tr')].map(r => ({
  file: r.cells[0].firstChild.textContent.trim(),
  share: r.cells[0].querySelector('.remark').textContent,
  cells: [...r.cells].slice(1, 4).map(c => c.firstChild.textContent.trim()),
}))"""
NEEDS_ATTENTION = "() => [...document.querySelectorAll('.matters li')].map(m => m.textContent)"
PARTS = {"numerator": "numerator", "denominator": "denominator", "teller": "numerator", "noemer": "denominator"}


@pytest.fixture(scope="module")
def restated(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo after a night with late leads and a late invoice, and its month closed again."""

    def close_again(folder: Path) -> None:
        shutil.copytree(demo.data, folder / "data", symlinks=True)
        shutil.copytree(demo.home, folder / "home")
        later = Demo(folder / "data", folder / "home")
        for name, text in LATE.items():
            (later.data / "inbox" / name).write_text(text)
        kpi(later, "nightly")
        kpi(later, "close", MONTH)

    folder = made_once(tmp_path_factory, "restated", close_again)
    return Demo(folder / "data", folder / "home")


@pytest.fixture(scope="module")
def mart(restated: Demo) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(restated.data / "published" / "current" / "kpi_mart.duckdb"), read_only=True) as opened:
        yield opened


def page(restated: Demo, language: str) -> Path:
    return restated.data / "reports" / MONTH / "v2" / f"review.{language}.html"


def frozen_totals(mart: duckdb.DuckDBPyConnection, language: str) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
    """By name of a KPI and part: before, after and what came of the only cause, for each total that differs."""
    rows = mart.execute(
        f"""with figure as (
            select s.version, v.kpi_id, unnest(['value', 'numerator', 'denominator']) as part,
                unnest([v.value, v.numerator, v.denominator]) as figure
            from snapshots.kpi_value as v inner join snapshots.snapshot as s using (snapshot_id)
            where s.month = '{MONTH}-01' and v.grain = 'month' and v.period_start = s.month and v.slice = 'total'
        )
        select k.name_{language}, b.part, b.figure, a.figure,
            (select sum(r.amount) from snapshots.restatement as r where r.snapshot_id = '{MONTH}-v2'
                and r.kpi_id = b.kpi_id and r.part = b.part and r.slice = 'total' and r.cause = 'late_data')
        from figure as b
        inner join figure as a on a.kpi_id = b.kpi_id and a.part = b.part and a.version = 2
        inner join snapshots.kpi as k on k.kpi_id = b.kpi_id and k.snapshot_id = '{MONTH}-v2'
        where b.version = 1
        qualify bool_or(a.figure is distinct from b.figure) over (partition by b.kpi_id)"""
    ).fetchall()
    found: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for name, part, *figures in rows:
        found.setdefault((name, part), []).append(tuple(figures))
    return found


def shows(cells: list[str], figures: tuple[Any, ...], language: str) -> bool:
    """Whether the cells are before, after, the difference and what came of late data."""
    before, after, amount = figures
    expected = (before, after, None if before is None or after is None else after - before, amount or 0)
    return len(cells) == len(expected) and all(
        (text == MISSING) if exact is None else number(text, language).is_of(exact)
        for text, exact in zip(cells, expected, strict=True)
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_a_restatement_is_of_the_two_frozen_versions(
    restated: Demo, mart: duckdb.DuckDBPyConnection, read: Any, language: str
) -> None:
    totals = frozen_totals(mart, language)
    shown_totals, shown_parts = read(page(restated, language), RESTATED)
    assert {row["name"] for row in shown_totals} == {name for name, _ in totals}
    for row in shown_totals:
        assert any(shows(row["cells"], one, language) for one in totals[row["name"], "value"]), row
    for row in shown_parts:
        assert any(shows(row["cells"], one, language) for one in totals[row["name"], PARTS[row["remark"]]]), row
    changed = {
        (name, part)
        for (name, part), figures in totals.items()
        if part != "value" and any(before != after for before, after, _ in figures)
    }
    assert {(row["name"], PARTS[row["remark"]]) for row in shown_parts} == changed
    assert len(shown_totals) > 10 and len(shown_parts) > 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_version_stays_as_it_was_and_leads_to_the_second(
    demo: Demo, restated: Demo, read: Any, language: str
) -> None:
    first = Path(MONTH) / "v1" / f"review.{language}.html"
    figures = "() => [...document.querySelectorAll('td, .value')].map(e => e.textContent.trim())"
    assert read(restated.data / "reports" / first, figures) == read(demo.data / "reports" / first, figures)
    links = read(restated.data / "reports" / first, "() => [...document.querySelectorAll('a')].map(a => a.href)")
    assert any(link.endswith(f"{MONTH}/v2/review.{language}.html") for link in links)


@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_that_cannot_be_taken_are_those_of_the_frozen_ones(
    restated: Demo, mart: duckdb.DuckDBPyConnection, read: Any, language: str
) -> None:
    rejected = mart.execute(
        f"""select path, rows, lines, column_name, rows_rejected, rows_in, rejected_share
        from snapshots.rejection where snapshot_id = '{MONTH}-v2'"""
    ).fetchall()
    shown = read(page(restated, language), REJECTED)
    assert len(shown) == len(rejected) == 2
    for row in shown:
        (found,) = [one for one in rejected if one[2].replace("-", "\u2013") == row["cells"][1]]
        path, rows, _, column, *counted = found
        assert (row["file"], row["cells"][2]) == (path, column)
        assert number(row["cells"][0], language).is_of(rows)
        assert one_of(numbers_in(row["share"], language), tuple(counted)), row
    matters = read(page(restated, language), NEEDS_ATTENTION)
    assert any(one_of(numbers_in(text, language)[:2], (2, 1)) for text in matters), matters
