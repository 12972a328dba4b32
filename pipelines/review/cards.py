"""The headline: a card for each KPI of the pack, with everything that a reader needs to judge its figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipelines.failures import WrongUse
from pipelines.review.annotations import trend_marks
from pipelines.review.benchmarks import BenchmarkLine, benchmark_lines
from pipelines.review.certainty import Badge, counted, interval, status_badge, trust_badge
from pipelines.review.changes import Change, change_since, change_since_year_before
from pipelines.review.month import ClosedMonth, Definition
from pipelines.review.targets import TargetLine, target_lines
from pipelines.review.trend import trend_line
from pipelines.review.wording import MISSING, Phrase, Wording


@dataclass(frozen=True)
class Card:
    """One headline KPI; what its figure is compared with is empty where there is no figure."""

    kpi_id: str
    name: str
    badges: tuple[Badge, ...]
    sparkline: Markup | None
    trend_text: str
    definition_version: int
    annotations: tuple[int, ...]
    value: str = MISSING
    so_far: str = ""
    counted: str = ""
    interval: str = ""
    targets: tuple[TargetLine, ...] = ()
    change: Change | None = None
    year_before: str = ""
    benchmarks: tuple[BenchmarkLine, ...] = ()


def headline_cards(month: ClosedMonth, pack: Sequence[str], wording: Wording) -> list[Card]:
    """A card per KPI of the pack, in its order; raises WrongUse for a KPI that is not in the catalogue."""
    unknown = [kpi_id for kpi_id in pack if kpi_id not in month.definitions]
    if unknown:
        raise WrongUse(f"headline pack: {unknown[0]}", "the catalogue has no such KPI", "name a KPI id of config/kpis")
    return [_card(month, month.definitions[kpi_id], wording) for kpi_id in pack]


def _card(month: ClosedMonth, definition: Definition, wording: Wording) -> Card:
    kpi_id, known, name = definition.kpi_id, month.of_month(definition.kpi_id), wording.kpi_name(definition)
    line, trend_text = trend_line(month, definition, wording)
    marks = trend_marks(month, kpi_id)
    annotations = tuple(sorted({number for numbers in marks.values() for number in numbers}))
    if known is None:
        absent = Badge("none", "○", wording("status.absent"), Phrase(wording("value.absent")))
        return Card(kpi_id, name, (absent,), None, trend_text, definition.definition_version, annotations)
    return Card(
        kpi_id,
        name,
        (status_badge(known, wording), trust_badge(known, wording)),
        line,
        trend_text,
        known.definition_version,
        annotations,
        value=MISSING if known.value is None else wording.figure(kpi_id, definition.unit, known.value),
        so_far=wording("value.so_far") if known.is_immature and known.value is not None else "",
        counted=counted(known, wording),
        interval=interval("value.interval", definition, known, wording),
        targets=target_lines(month, definition, wording),
        change=change_since(month, definition, wording),
        year_before=_year_before(month, definition, wording),
        benchmarks=benchmark_lines(month, definition, wording),
    )


def _year_before(month: ClosedMonth, definition: Definition, wording: Wording) -> str:
    """The same month a year earlier and the difference, or why there is none; empty where it was never frozen."""
    change = change_since_year_before(month, definition, wording)
    if change is None or month.year_before is None:
        return ""
    if not change.then:
        # that a group may still convert is said of the month before already
        return "" if change == change_since(month, definition, wording) else change.sentence
    earlier = wording.month(month.year_before.snapshot.month)
    told = ", ".join(part for part in (change.short, change.verdict_text) if part)
    return wording("change.year_before", month=earlier, then=change.then, change=told)
