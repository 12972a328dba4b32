"""What each KPI on the page means: its formula, its sources and the version of its definition."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.review.month import ClosedMonth, Definition
from pipelines.review.wording import Phrase, Wording


@dataclass(frozen=True)
class Entry:
    """One KPI explained."""

    kpi_id: str
    name: str
    formula: Phrase
    sources: str
    version: str


def glossary(month: ClosedMonth, wording: Wording) -> list[Entry]:
    """Every KPI the month has a row of, by name."""
    shown = [definition for definition in month.definitions.values() if month.of_month(definition.kpi_id)]
    entries = [_entry(month, definition, wording) for definition in shown]
    return sorted(entries, key=lambda entry: (entry.name.casefold(), entry.kpi_id))


def _entry(month: ClosedMonth, definition: Definition, wording: Wording) -> Entry:
    known = month.of_month(definition.kpi_id)
    used = known.definition_version if known else definition.definition_version
    text = wording("glossary.version", version=used)
    if used != definition.definition_version:
        text = wording("glossary.newer_version", version=used, newer=definition.definition_version)
    formula = _formula(definition, wording)
    return Entry(definition.kpi_id, wording.kpi_name(definition), formula, wording.sources(definition.sources), text)


def _formula(definition: Definition, wording: Wording) -> Phrase:
    """The catalogue's English words, or their translation as long as it belongs to the same definition."""
    if wording.language == "en":
        return Phrase(definition.formula.replace(" / ", " ÷ "))
    translated = wording.known(f"formula.{definition.kpi_id}.v{definition.definition_version}")
    return Phrase(translated) if translated else Phrase(definition.formula.replace(" / ", " ÷ "), "en")
