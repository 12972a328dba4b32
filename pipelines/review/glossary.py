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
    newest, said = definition.definition_version, month.redefined.versions.get((definition.kpi_id, used))
    text = wording("glossary.version", version=used)
    if used != newest:
        text = wording("glossary.until" if said else "glossary.newer_version", version=used, newer=newest)
    words = said or definition
    # a version that was frozen without a translation has that of the same words
    dutch = words.formula_nl or (definition.formula_nl if words.formula == definition.formula else None)
    return Entry(
        definition.kpi_id,
        wording.kpi_name(definition),
        _formula(words.formula, dutch, wording),
        wording.sources(words.sources),
        text,
    )


def _formula(english: str, dutch: str | None, wording: Wording) -> Phrase:
    """In the language of the page, or the English words marked as such."""
    if wording.language == "nl" and dutch:
        return Phrase(dutch)
    english = english.replace(" / ", " ÷ ")
    return Phrase(english) if wording.language == "en" else Phrase(english, "en")
