"""What a page compares: changes, trends and benchmarks are those of the frozen figures, in tables and in sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from demo_served import Demo
from figures_read import (
    FIGURES,
    LANGUAGES,
    TABLES,
    differences,
    frozen,
    numbers_in,
    one_of,
    pages_of,
    version_of,
)

pytestmark = pytest.mark.browser

# what a headline says beside its value: what it was counted from and its interval, then what it is compared with
SENTENCES = """() => [...document.querySelectorAll('.card')].map(c => ({
  kpi: c.querySelector('.definition a').getAttribute('href').replace('#kpi-', ''),
  range: (c.querySelector('.range')?.innerText || '').split('\\n'),
  change: c.querySelector('.change')?.innerText || '',
  beside: [...c.querySelectorAll('.beside')].map(p => [p.firstChild.textContent, !!p.querySelector('.why')]),
}))"""
# a year and the month it is compared with
TREND_MONTHS = 13
# columns of changes, by how many months lie between the figures
BACK = {
    **{"Change from previous month": 1, "Verschil met vorige maand": 1},
    **{"Change from a year before": 12, "Verschil met een jaar eerder": 12},
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_in_the_sentences_of_a_headline_is_of_the_frozen_ones(
    demo: Demo, mart: duckdb.DuckDBPyConnection, read: Any, language: str
) -> None:
    seen = 0
    for path in pages_of(demo, language):
        for card in read(path, SENTENCES):
            now, before, year_before = (values_of(mart, path, card["kpi"], back) for back in (0, 1, 12))
            for line in filter(None, card["range"]):
                assert one_of(numbers_in(line, language), now[1:3], now[3:5]), (path, line)
                seen += 1
            for text, told_first in ((card["change"], False), *((text, True) for text, by in card["beside"] if not by)):
                shown, then = numbers_in(text, language), (year_before if told_first else before)[0]
                if not shown:
                    continue
                difference = now[0] - then if told_first else abs(now[0] - then)
                relative = difference / abs(then) if then else None
                told = [(difference, relative), (difference,)]
                places = [(then, *one) if told_first else (*one, then) for one in told]
                assert one_of(shown, *places), (path, text)
                seen += 1
            for text in (text for text, by in card["beside"] if by):
                assert one_of(numbers_in(text, language), *benchmarks_of(mart, path, card["kpi"])), (path, text)
                seen += 1
    assert seen > 150, "the sentences were found"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_change_in_the_tables_is_the_difference_of_two_frozen_figures(
    demo: Demo, mart: duckdb.DuckDBPyConnection, read: Any, language: str
) -> None:
    seen = 0
    months = pages_of(demo, language)
    values = {path: frozen(mart, path, language, "month") for path in months}
    for place, path in enumerate(months):
        for table in read(path, TABLES):
            if table["section"] not in FIGURES:
                continue
            compared = {column: BACK[head] for column, head in enumerate(table["heads"]) if head in BACK}
            for column, back in compared.items():
                earlier = values[months[place - back]] if place >= back else {}
                for name, text in ((row[0], row[column]) for row in table["rows"] if row[0] in values[path]):
                    shown = numbers_in(text, language)
                    if shown:
                        changes = [
                            (now - then, (now - then) / abs(then)) if then else (now - then,)
                            for now in values[path][name]
                            for then in earlier[name]
                            if now is not None and then is not None
                        ]
                        assert one_of(shown, *changes, *(one[:1] for one in changes)), (path, name, text)
                        seen += 1
    assert seen > 1000, "the changes were found"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_behind_a_trend_is_that_of_its_month(
    demo: Demo, mart: duckdb.DuckDBPyConnection, read: Any, language: str
) -> None:
    months = pages_of(demo, language)
    for place, path in enumerate(months):
        (trend,) = [table for table in read(path, TABLES) if table["section"] == "headline"]
        shown = months[: place + 1][-TREND_MONTHS:]
        for row, month in zip(trend["rows"], shown, strict=True):
            texts = dict(zip(trend["heads"][1:], row[1:], strict=True))
            assert len(texts) == 7
            assert differences(texts, frozen(mart, month, language, "month"), language) == [], (path, row)


def values_of(mart: duckdb.DuckDBPyConnection, path: Path, kpi_id: str, months_back: int) -> tuple[float | None, ...]:
    """Value, parts and interval of a KPI, of the page's month or of the newest version of one before it."""
    month, version = version_of(path)
    found = mart.execute(
        """select v.value, v.numerator, v.denominator, v.ci_low, v.ci_high
        from snapshots.kpi_value as v inner join snapshots.snapshot as s using (snapshot_id)
        where s.month = ?::date - to_months(?) and (? > 0 or s.version = ?) and v.kpi_id = ? and v.slice = 'total'
            and v.grain = 'month' and v.period_start = s.month
        order by s.version desc limit 1""",
        [f"{month}-01", months_back, months_back, version, kpi_id],
    ).fetchall()
    return found[0] if found else (None,) * 5


def benchmarks_of(mart: duckdb.DuckDBPyConnection, path: Path, kpi_id: str) -> list[tuple[float, ...]]:
    rows = mart.execute(
        """select b.benchmark_low, b.benchmark_high
        from snapshots.benchmark_gap as b inner join snapshots.snapshot as s using (snapshot_id)
        where s.month = ?::date and s.version = ? and b.kpi_id = ?""",
        [f"{version_of(path)[0]}-01", version_of(path)[1], kpi_id],
    ).fetchall()
    return [(low,) if low == high else (low, high) for low, high in rows]
