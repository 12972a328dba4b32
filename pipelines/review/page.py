"""Renders the review page of one snapshot and the list of all months, and puts the files in their place.

What stands on the page is made by the sections (figures, trend, funnel, channels, daily, findings, glossary); how it
looks is in `templates/`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from pipelines.review import charts
from pipelines.review.afterwards import Version, read_versions
from pipelines.review.annotations import remarks
from pipelines.review.attention import matters
from pipelines.review.cards import headline_cards
from pipelines.review.channels import channel_section
from pipelines.review.daily import daily_charts
from pipelines.review.definitions_changed import redefinitions
from pipelines.review.figures import other_figures, topics
from pipelines.review.findings import findings
from pipelines.review.funnel import cohort_view, period_view
from pipelines.review.glossary import glossary
from pipelines.review.month import CheckLine, ClosedMonth, Snapshot
from pipelines.review.placing import folder_of, placed
from pipelines.review.reading import read_closed_month, read_snapshots
from pipelines.review.reconciliation import reconciliation
from pipelines.review.rejections import rejections_section
from pipelines.review.restated import changed_sections
from pipelines.review.standing import Standing, standing
from pipelines.review.targets import targets_grid
from pipelines.review.trend import trend_grid
from pipelines.review.wording import MISSING, Wording, load_wording

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English"}
LANGUAGES = tuple(LANGUAGE_NAMES)


@dataclass(frozen=True)
class Masthead:
    """What every page says of the company, which KPIs stand at the top, and where readers find the folder `reports`."""

    company_name: str
    is_demo: bool
    headline_pack: tuple[str, ...]
    reports_address: str = ""


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
    """The pages of one version, one per language."""
    made_from = mark_of(month, masthead, checks)
    template = template_of("review.html.j2")
    written = []
    for wording in map(load_wording, languages):
        page = template.render(
            **_frame(wording, masthead, languages),
            **_sections(month, masthead.headline_pack, checks, wording),
            made_from=made_from,
        )
        written.append(placed(reports / _place(month.snapshot, wording.language), page.encode()))
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
            **_frame(wording, masthead, languages),
            newest=newest,
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
    named |= {one.kpi_id for one in month.targets}
    named |= {one.kpi_id for one in month.afterwards.annotations if one.kpi_id}
    named |= {one.kpi_id for changed in month.afterwards.restatements for one in changed.restated}
    # what the catalogue has besides is on no page
    shown = {kpi_id: definition for kpi_id, definition in month.definitions.items() if kpi_id in named}
    lines = [(one.table_name, one.check_name, one.severity, one.passed, one.figure) for one in checks]
    said = repr((_release(), replace(month, definitions=shown), masthead, lines))
    return hashlib.sha256(said.encode()).hexdigest()


def carries(path: Path, mark: str) -> bool:
    """Whether a page is there and was made from exactly this."""
    return path.is_file() and f'<meta name="made-from" content="{mark}">' in path.read_text(encoding="utf-8")


@lru_cache
def _release() -> str:
    """A hash of the texts, templates and modules that pages are made with."""
    files = sorted(path for path in TEMPLATES.parent.rglob("*") if path.suffix in {".py", ".j2", ".yaml"})
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def page_paths(reports: Path, snapshot: Snapshot) -> list[Path]:
    """Where the pages of a snapshot stand, one per language."""
    return [reports / _place(snapshot, language) for language in LANGUAGES]


def _place(snapshot: Snapshot, language: str) -> str:
    return f"{folder_of(snapshot.month, snapshot.version)}/review.{language}.html"


def _frame(wording: Wording, masthead: Masthead, languages: Sequence[str]) -> dict[str, object]:
    return {
        "w": wording,
        "other_languages": _others(wording, languages),
        "company_name": masthead.company_name,
        "is_demo": masthead.is_demo,
        "light": charts.LIGHT,
        "dark": charts.DARK,
    }


def _others(wording: Wording, languages: Sequence[str]) -> list[tuple[str, str]]:
    return [(language, LANGUAGE_NAMES[language]) for language in languages if language != wording.language]


def template_of(
    name: str, *, autoescape: bool = True, finalize: Callable[[object], object] | None = None
) -> Template:  # fmt: skip
    """A template of this folder; `finalize` sees every value before it is written."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=autoescape,  # noqa: S701 - off for the plain text of a mail alone, in which nothing acts
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)


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
        "targets": targets_grid(month, wording),
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
    }


def _listed(
    snapshots: Sequence[Snapshot], versions: Mapping[date, Sequence[Version]], reports: Path, wording: Wording
) -> list[tuple[str, list[tuple[str, Snapshot, Standing]]]]:
    """Years, newest first, with the link, the snapshot and the state of every page that was written."""
    listed = [
        (
            _place(snapshot, wording.language),
            snapshot,
            standing(versions[snapshot.month], snapshot.version, wording),
        )
        for snapshot in snapshots
    ]
    present = [entry for entry in listed if (reports / entry[0]).is_file()]
    years = groupby(present, key=lambda entry: f"{entry[1].month:%Y}")
    return [(year, list(entries)) for year, entries in years]
