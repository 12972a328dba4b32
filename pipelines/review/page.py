"""Renders the review page of one snapshot and the list of all months, and puts the files in their place.

What stands on the page is made by the sections (figures, trend, funnel, channels, daily, findings, glossary); how it
looks is in `templates/`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from pathlib import Path

import duckdb

from pipelines.review.afterwards import Version, read_versions
from pipelines.review.annotations import remarks
from pipelines.review.attention import matters
from pipelines.review.cards import headline_cards
from pipelines.review.channels import channel_section
from pipelines.review.daily import daily_charts
from pipelines.review.definitions_changed import redefinitions
from pipelines.review.figures import other_figures, topics
from pipelines.review.findings import findings
from pipelines.review.frame import LANGUAGES, Masthead, frame, release, template_of
from pipelines.review.funnel import cohort_view, period_view
from pipelines.review.glossary import glossary
from pipelines.review.month import CheckLine, ClosedMonth, Snapshot
from pipelines.review.placing import folder_of, placed, today_path
from pipelines.review.reading import read_closed_month, read_snapshots
from pipelines.review.reconciliation import reconciliation
from pipelines.review.rejections import rejections_section
from pipelines.review.restated import changed_sections
from pipelines.review.standing import Standing, standing
from pipelines.review.targets import targets_grid
from pipelines.review.trend import trend_grid
from pipelines.review.wording import MISSING, Wording, load_wording
from pipelines.review.year import year_grids


def write_pages(
    connection: duckdb.DuckDBPyConnection,
    reports: Path,
    snapshot_id: str,
    *,
    company_name: str,
    is_demo: bool,
    headline_pack: Sequence[str],
    checks: Sequence[CheckLine] = (),
    languages: Sequence[str] = LANGUAGES,
) -> list[Path]:
    """Writes `reports/YYYY-MM/vN/review.<language>.html` and `reports/index.<language>.html`; returns their paths.

    The connection needs the schemas `snapshots` and `reference`. The same snapshot, of which the same is said, gives
    the same bytes. The list of months names those whose page stands under `reports`. Raises WrongUse for an unknown
    snapshot, KPI or language.
    """
    for language in languages:
        load_wording(language)
    masthead = Masthead(company_name, is_demo, tuple(headline_pack))
    written = write_month(read_closed_month(connection, snapshot_id), reports, masthead, checks, languages)
    return written + write_list(connection, reports, masthead, languages)


def write_month(
    month: ClosedMonth,
    reports: Path,
    masthead: Masthead,
    checks: Sequence[CheckLine],
    languages: Sequence[str] = LANGUAGES,
) -> list[Path]:
    """The pages of one version, in each language the month and the year that ends with it."""
    made_from = mark_of(month, masthead, checks)
    review, year, written = template_of("review.html.j2"), template_of("year.html.j2"), []
    for wording in map(load_wording, languages):
        told = {
            **frame(wording, masthead, languages),
            **_sections(month, masthead.headline_pack, checks, wording),
            "made_from": made_from,
        }
        for page, path in zip((review, year), _places(month.snapshot, wording.language), strict=True):
            written.append(placed(reports / path, page.render(told).encode()))
    return written


def write_list(
    connection: duckdb.DuckDBPyConnection, reports: Path, masthead: Masthead, languages: Sequence[str] = LANGUAGES
) -> list[Path]:
    """The list of all months whose page stands under `reports`, the newest in brief above it; one per language."""
    snapshots = read_snapshots(connection)
    versions = read_versions(connection, snapshots)
    shown = next((one for one in snapshots if any(path.is_file() for path in page_paths(reports, one))), None)
    newest = read_closed_month(connection, shown.snapshot_id) if shown else None
    template, written = template_of("index.html.j2"), []
    for wording in map(load_wording, languages):
        page = template.render(
            **frame(wording, masthead, languages),
            newest=newest,
            has_today=today_path(reports, wording.language).is_file(),
            cards=headline_cards(newest, masthead.headline_pack, wording) if newest else [],
            missing=MISSING,
            months=_listed(snapshots, versions, reports, wording),
            made_from="",
        )
        written.append(placed(reports / f"index.{wording.language}.html", page.encode()))
    return written


def mark_of(month: ClosedMonth, masthead: Masthead, checks: Sequence[CheckLine]) -> str:
    """A hash of everything that a page is made from; a page that carries another one is out of date."""
    named = {*masthead.headline_pack, *month.values["month"], *month.days}
    named |= {kpi_id for earlier in month.earlier for kpi_id in earlier.values}
    named |= {one.kpi_id for one in month.targets}
    named |= {one.kpi_id for one in month.afterwards.annotations if one.kpi_id}
    named |= {one.kpi_id for changed in month.afterwards.restatements for one in changed.restated}
    # what the catalogue has besides is on no page
    shown = {kpi_id: definition for kpi_id, definition in month.definitions.items() if kpi_id in named}
    lines = [(one.table_name, one.check_name, one.severity, one.passed, one.figure) for one in checks]
    said = repr((release(), replace(month, definitions=shown), masthead, lines))
    return hashlib.sha256(said.encode()).hexdigest()


def _carries(path: Path, mark: str) -> bool:
    """Whether a page is there and was made from exactly this."""
    return path.is_file() and f'<meta name="made-from" content="{mark}">' in path.read_text(encoding="utf-8")


def page_paths(reports: Path, snapshot: Snapshot) -> list[Path]:
    """Where the review pages of a snapshot stand, one per language."""
    return [reports / _places(snapshot, language)[0] for language in LANGUAGES]


def is_up_to_date(reports: Path, snapshot: Snapshot, mark: str) -> bool:
    """Whether all pages of a snapshot are there and were made from exactly this."""
    places = [place for language in LANGUAGES for place in _places(snapshot, language)]
    return all(_carries(reports / place, mark) for place in places)


def _places(snapshot: Snapshot, language: str) -> tuple[str, str]:
    folder = folder_of(snapshot.month, snapshot.version)
    return f"{folder}/review.{language}.html", f"{folder}/year.{language}.html"


def _sections(
    month: ClosedMonth, headline_pack: Sequence[str], checks: Sequence[CheckLine], wording: Wording
) -> dict[str, object]:
    return {
        "missing": MISSING,
        "month": month,
        "snapshot": month.snapshot,
        "standing": standing(month.afterwards.versions, month.snapshot.version, wording),
        "changed": changed_sections(month, headline_pack, wording),
        "remarks": remarks(month, wording),
        "cards": headline_cards(month, headline_pack, wording),
        "matters": matters(month, headline_pack, checks, wording),
        "targets": targets_grid(
            month.targets,
            month.definitions,
            wording("targets.caption", month=wording.month(month.snapshot.month)),
            wording,
        ),
        "trend": trend_grid(month, headline_pack, wording),
        "period": period_view(month, wording),
        "cohort": cohort_view(month, wording),
        "channels": channel_section(month, wording),
        "topics": topics(month, wording),
        "daily": daily_charts(month, wording),
        "figures": other_figures(month, wording),
        "redefinitions": redefinitions(month, wording),
        "findings": findings(checks, wording),
        "reconciliation": reconciliation(month.report_days, month.refused, wording),
        "rejections": rejections_section(month.rejections, wording),
        "glossary": glossary(month, wording),
        "grids": year_grids(month, wording),
    }


def _listed(
    snapshots: Sequence[Snapshot], versions: Mapping[date, Sequence[Version]], reports: Path, wording: Wording
) -> list[tuple[str, list[tuple[str, Snapshot, Standing]]]]:
    """Years, newest first, with the link, the snapshot and the state of every page that was written."""
    listed = [
        (
            _places(snapshot, wording.language)[0],
            snapshot,
            standing(versions[snapshot.month], snapshot.version, wording),
        )
        for snapshot in snapshots
    ]
    present = [entry for entry in listed if (reports / entry[0]).is_file()]
    years = groupby(present, key=lambda entry: f"{entry[1].month:%Y}")
    return [(year, list(entries)) for year, entries in years]
