"""Renders the review page of one snapshot and the list of all months, and puts the files in their place.

What stands on the page is made by the sections (figures, trend, funnel, channels, daily, findings, glossary); how it
looks is in `templates/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.review import charts
from pipelines.review.channels import channel_section
from pipelines.review.daily import daily_charts
from pipelines.review.definitions_changed import redefinitions
from pipelines.review.figures import all_figures, email_grid, headline_cards
from pipelines.review.findings import findings
from pipelines.review.funnel import cohort_view, period_view
from pipelines.review.glossary import glossary
from pipelines.review.month import CheckLine, ClosedMonth, Snapshot
from pipelines.review.reading import read_closed_month, read_snapshots
from pipelines.review.reconciliation import reconciliation
from pipelines.review.trend import trend_grid
from pipelines.review.wording import MISSING, Wording, load_wording

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English"}
LANGUAGES = tuple(LANGUAGE_NAMES)


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

    The connection needs the schemas `snapshots` and `reference`. The same snapshot gives the same bytes. The list of
    months names those whose page stands under `reports`. Raises WrongUse for an unknown snapshot, KPI or language.
    """
    wordings = [load_wording(language) for language in languages]
    month = read_closed_month(connection, snapshot_id)
    folder = reports / _folder(month.snapshot)
    environment = _environment()
    common = {"company_name": company_name, "is_demo": is_demo, "light": charts.LIGHT, "dark": charts.DARK}
    written = []
    for wording in wordings:
        page = environment.get_template("review.html.j2").render(
            w=wording,
            other_languages=_others(wording, languages),
            **common,
            **_sections(month, headline_pack, checks, wording),
        )
        written.append(_put(folder / f"review.{wording.language}.html", page))
    for wording in wordings:
        page = environment.get_template("index.html.j2").render(
            w=wording,
            other_languages=_others(wording, languages),
            months=_listed(read_snapshots(connection), reports, wording.language),
            **common,
        )
        written.append(_put(reports / f"index.{wording.language}.html", page))
    return written


def page_paths(reports: Path, snapshot: Snapshot) -> list[Path]:
    """Where the pages of a snapshot stand, one per language."""
    return [reports / _folder(snapshot) / f"review.{language}.html" for language in LANGUAGES]


def _others(wording: Wording, languages: Sequence[str]) -> list[tuple[str, str]]:
    return [(language, LANGUAGE_NAMES[language]) for language in languages if language != wording.language]


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _sections(
    month: ClosedMonth, headline_pack: Sequence[str], checks: Sequence[CheckLine], wording: Wording
) -> dict[str, object]:
    return {
        "missing": MISSING,
        "month": month,
        "snapshot": month.snapshot,
        "cards": headline_cards(month, headline_pack, wording),
        "trend": trend_grid(month, headline_pack, wording),
        "period": period_view(month, wording),
        "cohort": cohort_view(month, wording),
        "channels": channel_section(month, wording),
        "email": email_grid(month, wording),
        "daily": daily_charts(month, wording),
        "figures": all_figures(month, wording),
        "redefinitions": redefinitions(month, wording),
        "findings": findings(checks, wording),
        "reconciliation": reconciliation(month.report_days, month.refused, wording),
        "glossary": glossary(month, wording),
    }


def _folder(snapshot: Snapshot) -> str:
    return f"{snapshot.month:%Y-%m}/v{snapshot.version}"


def _listed(
    snapshots: Sequence[Snapshot], reports: Path, language: str
) -> list[tuple[str, list[tuple[str, Snapshot]]]]:
    """Years, newest first, with the link and snapshot of every page that was written."""
    links = [(f"{_folder(snapshot)}/review.{language}.html", snapshot) for snapshot in snapshots]
    present = [(link, snapshot) for link, snapshot in links if (reports / link).is_file()]
    years = groupby(present, key=lambda entry: f"{entry[1].month:%Y}")
    return [(year, list(entries)) for year, entries in years]


def _put(path: Path, page: str) -> Path:
    """A reader sees the old file or the new one, never half a page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(page, encoding="utf-8", newline="\n")
    beside.replace(path)
    return path
