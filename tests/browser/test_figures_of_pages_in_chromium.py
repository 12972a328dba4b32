"""Every figure that a page shows is the frozen one: read from the page in Chromium, and held against the mart."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from demo_served import Demo
from figures_read import (
    CHANNEL_HEADS,
    FIGURES,
    LANGUAGES,
    MISSING,
    TABLES,
    differences,
    frozen,
    number,
    pages_of,
    same_rows,
    version_of,
)

pytestmark = pytest.mark.browser

CARDS = """() => [...document.querySelectorAll('.card')].map(c => [
  c.querySelector('h3').textContent.trim(),
  [...c.querySelector('.value').childNodes].filter(n => n.nodeType === 3).map(n => n.textContent).join('').trim(),
])"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_a_month_is_the_frozen_one(
    demo: Demo, mart: duckdb.DuckDBPyConnection, read: Any, language: str
) -> None:
    seen = 0
    for path in pages_of(demo, language):
        grains = [frozen(mart, path, language, grain) for grain in ("month", "quarter", "year")]
        for table in read(path, TABLES):
            if table["section"] not in FIGURES:
                continue
            has_longer = [head in {"Quarter", "Year", "Kwartaal", "Jaar"} for head in table["heads"]]
            columns = [1, *(place for place, longer in enumerate(has_longer) if longer)]
            longer = [grains[1 + (table["heads"][place] in {"Year", "Jaar"})] for place in columns[1:]]
            for place, values in zip(columns, (grains[0], *longer), strict=True):
                texts = {row[0]: row[place] for row in table["rows"] if row[0] in values}
                assert differences(texts, values, language) == [], (path, table["caption"], table["heads"][place])
                seen += len(texts)
    assert seen > 1000, "the tables were found"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_headline_is_the_frozen_one(
    demo: Demo, mart: duckdb.DuckDBPyConnection, read: Any, language: str
) -> None:
    for path in pages_of(demo, language):
        cards = dict(read(path, CARDS))
        assert len(cards) == 7
        assert differences(cards, frozen(mart, path, language, "month"), language) == [], path


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_twelve_months_is_that_of_the_month_as_it_was_frozen(
    demo: Demo, mart: duckdb.DuckDBPyConnection, read: Any, language: str
) -> None:
    newest = pages_of(demo, language)[-1]
    months = [path for path in pages_of(demo, language) if path <= newest][-12:]
    values = [frozen(mart, path, language, "month") for path in months]
    seen = summed = 0
    for table in read(newest.with_name(f"year.{language}.html"), TABLES):
        for place, of_month in enumerate(values, 1):
            texts = {row[0]: row[place] for row in table["rows"] if row[0] in of_month}
            assert differences(texts, of_month, language) == [], (table["caption"], table["heads"][place])
            seen += len(texts)
        for name, *_, text in table["rows"]:
            known = [next(iter(of_month.get(name, {None}))) for of_month in values]
            if text != MISSING:
                assert number(text, language).is_of(sum(Decimal(value or 0) for value in known)), name
                summed += 1
    assert seen > 1000, "the tables were found"
    assert summed > 20, "and their sums"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_the_morning_is_that_of_the_last_build(
    demo: Demo, mart: duckdb.DuckDBPyConnection, read: Any, language: str
) -> None:
    ((today,),) = mart.execute("select business_date from meta.build").fetchall()
    starts = {1: ("day", today - timedelta(days=1)), 2: ("day", today - timedelta(days=8))}
    starts[6] = ("month", (today - timedelta(days=1)).replace(day=1))
    (table,) = [
        one for one in read(demo.data / "reports" / f"today.{language}.html", TABLES) if one["section"] == "recent"
    ]
    assert len(table["rows"]) >= 6
    for place, (grain, start) in starts.items():
        rows = mart.execute(
            f"""select k.name_{language}, v.value from marts.kpi_value as v inner join reference.kpi as k using (kpi_id)
            where v.grain = ? and v.period_start = ? and v.slice = 'total'""",
            [grain, start],
        ).fetchall()
        values = {name: {value} for name, value in rows}
        texts = {row[0]: row[place] for row in table["rows"]}
        assert differences(texts, values, language) == [], table["heads"][place]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_a_channel_is_the_frozen_one(
    demo: Demo, mart: duckdb.DuckDBPyConnection, read: Any, language: str
) -> None:
    heads = CHANNEL_HEADS[language]
    for path in pages_of(demo, language):
        found = mart.execute(
            "select c.* from snapshots.channel_month as c inner join snapshots.snapshot as s using (snapshot_id) "
            "where s.month = ?::date and s.version = ?",
            [f"{version_of(path)[0]}-01", version_of(path)[1]],
        )
        names = [column[0] for column in found.description]
        channels = {row[names.index("channel")]: dict(zip(names, row, strict=True)) for row in found.fetchall()}
        tables = [table for table in read(path, TABLES) if table["section"] == "channels"]
        shown = [
            (row[0], heads[head], text)
            for table in tables
            for row in table["rows"]
            for head, text in zip(table["heads"], row, strict=True)
            if row[0] in channels and head in heads
        ]
        assert len(shown) >= 10 * len(channels), path
        for channel, column, text in shown:
            exact = channels[channel][column]
            assert (text == MISSING) if exact is None else number(text, language).is_of(exact), (path, channel, column)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_the_funnel_is_the_frozen_one(
    demo: Demo, mart: duckdb.DuckDBPyConnection, read: Any, language: str
) -> None:
    # beside what entered stands what the plan needs, and which part of it came
    entries = """select t.name_{0}, f.entered, f.rate_from_previous, p.value, f.entered / p.value
        from snapshots.funnel_period as f inner join snapshots.snapshot as s using (snapshot_id)
        inner join snapshots.stage as t on t.snapshot_id = f.snapshot_id and t.stage = f.stage
        left join snapshots.kpi_value as p on p.snapshot_id = f.snapshot_id and p.kpi_id = 'required_stage_volume'
            and p.grain = 'month' and p.period_start = s.month and p.slice = 'stage' and p.member = f.stage
        where s.month = ?::date and s.version = ? and f.month = s.month and f.slice = 'total' order by stage_position"""
    cohort = """select t.name_{0}, f.reached, f.rate, case when f.stage_position > 1 then f.rate_from_previous end,
            f.median_days
        from snapshots.funnel_cohort as f inner join snapshots.snapshot as s using (snapshot_id)
        inner join snapshots.stage as t on t.snapshot_id = f.snapshot_id and t.stage = f.stage
        where s.month = ?::date and s.version = ? and f.slice = 'total' and f.is_mature
        qualify f.cohort_month = max(f.cohort_month) over () order by f.stage_position"""
    # the funnel begins with the first stage, so the page shows no rate from a stage before it
    seen = 0
    for path in pages_of(demo, language):
        tables = [table for table in read(path, TABLES) if table["section"] == "funnel"]
        for table, query in zip(tables, (entries, cohort), strict=False):
            frozen_rows = mart.execute(
                query.format(language), [f"{version_of(path)[0]}-01", version_of(path)[1]]
            ).fetchall()
            assert [row[0] for row in table["rows"]] == [row[0] for row in frozen_rows], path
            # a month without a plan has no columns for it
            known = [
                place for place in range(len(frozen_rows[0])) if any(row[place] is not None for row in frozen_rows)
            ]
            assert len(table["heads"]) == known[-1] + 1, path
            seen += same_rows(table["rows"], frozen_rows, language)
    assert seen > 14 * 6 * 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_the_reconciliation_is_summed_from_the_frozen_days(
    demo: Demo, mart: duckdb.DuckDBPyConnection, read: Any, language: str
) -> None:
    seen = 0
    for path in pages_of(demo, language):
        # a day counts as far off when it has a hundred sessions and three in a hundred are missing or too many
        reports = mart.execute(
            """select report, count(*), sum(rows_received), sum(day_total_sessions), sum(r.sessions),
                sum(day_total_sessions - r.sessions) / sum(day_total_sessions),
                coalesce(sum(withheld_sessions), 0) / sum(day_total_sessions), sum(other_sessions) / sum(r.sessions),
                count(*) filter (where day_total_sessions >= 100
                    and abs(day_total_sessions - r.sessions) > 0.03 * day_total_sessions),
                count(refused_reason)
            from snapshots.ga4_reconciliation as r inner join snapshots.snapshot as s using (snapshot_id)
            where s.month = ?::date and s.version = ? and r.month = s.month
            group by report order by report""",
            [f"{version_of(path)[0]}-01", version_of(path)[1]],
        ).fetchall()
        (table,) = [one for one in read(path, TABLES) if len(one["heads"]) == 10 and one["section"] == "checks"]
        assert len(table["rows"]) == len(reports) == 3, path
        seen += same_rows(table["rows"], reports, language)
    assert seen == 14 * 3 * 9


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_a_target_is_the_frozen_one(
    demo: Demo, mart: duckdb.DuckDBPyConnection, read: Any, language: str
) -> None:
    seen = 0
    for path in pages_of(demo, language):
        frozen_rows = mart.execute(
            f"""select k.name_{language}, g.expected_by_now, g.actual, g.pace, g.target_value
            from snapshots.kpi_target_status as g inner join snapshots.snapshot as s using (snapshot_id)
            inner join snapshots.kpi as k on k.snapshot_id = g.snapshot_id and k.kpi_id = g.kpi_id
            where s.month = ?::date and s.version = ? and g.grain = 'month' and g.period_start = s.month
            order by g.target_id""",
            [f"{version_of(path)[0]}-01", version_of(path)[1]],
        ).fetchall()
        tables = [table for table in read(path, TABLES) if table["section"] == "targets"]
        assert [row[0] for table in tables for row in table["rows"]] == [row[0] for row in frozen_rows], path
        seen += sum(same_rows(table["rows"], frozen_rows, language) for table in tables)
    assert seen > 100
