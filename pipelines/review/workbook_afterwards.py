"""The sheets of what came after: by how much a version differs from older ones and why, and what people noted."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.review.afterwards import Restated
from pipelines.review.month import ClosedMonth
from pipelines.review.sheets import Cell, Look, Sheet, columns, figure, look_of
from pipelines.review.wording import Wording
from pipelines.snapshots.causes import CAUSES
from pipelines.snapshots.sides import PARTS

RESTATED = (
    *(("older", 12), ("kpi", 36), ("kpi_id", 28), ("slice", 18), ("member", 28), ("part", 14)),
    *(("before", 16), ("after", 16), ("cause", 26), ("amount", 16)),
)
ANNOTATIONS = (("from", 14), ("to", 14), ("kpi", 36), ("of_channel", 24), ("text", 90), ("author", 28))


def restated_sheet(month: ClosedMonth, wording: Wording) -> Sheet:
    """A row for every part of every figure that differs, and every cause of it; members too, all of them."""
    rows = tuple(
        (figure(restatement.older.number, "count"), *row)
        for restatement in month.afterwards.restatements
        for one in restatement.restated
        for row in _of_cell(one, month, wording)
    )
    name = wording("workbook.restated")
    title = wording("workbook.restated_title", version=month.snapshot.version)
    return Sheet(name, title, columns(wording, RESTATED), rows, wording("workbook.no_restatement"))


def annotations_sheet(month: ClosedMonth, wording: Wording) -> Sheet:
    """What happened in the month, then in the twelve months before."""
    rows = tuple(
        (
            one.date_from,
            one.date_to,
            _name_of(one.kpi_id, month, wording) if one.kpi_id else None,
            one.channel,
            one.text_nl if wording.language == "nl" else one.text_en,
            one.author,
        )
        for one in month.afterwards.annotations
    )
    heading = wording("annotations.heading")
    return Sheet(heading, heading, columns(wording, ANNOTATIONS), rows, wording("workbook.no_annotations"))


def _of_cell(one: Restated, month: ClosedMonth, wording: Wording) -> Iterator[tuple[Cell, ...]]:
    definition, name = month.definitions.get(one.kpi_id), _name_of(one.kpi_id, month, wording)
    sliced = wording.known(f"slice.{one.slice}") or one.slice
    for part in PARTS:
        look: Look = look_of(one.kpi_id, definition.unit if definition else "") if part == "value" else "decimal"
        before, after = (figure(side[part], look) for side in (one.before, one.after))
        causes = [(cause, amount) for (of_part, cause), amount in one.amounts.items() if of_part == part and amount]
        causes.sort(key=lambda told: CAUSES.index(told[0]) if told[0] in CAUSES else len(CAUSES))
        if before == after and not causes:
            continue
        said = (name, one.kpi_id, sliced, one.member or None, wording(f"workbook.part.{part}"), before, after)
        for cause, amount in causes:
            yield (*said, wording.known(f"cause.{cause}") or cause, figure(amount, look))
        if not causes:
            yield (*said, None, None)


def _name_of(kpi_id: str, month: ClosedMonth, wording: Wording) -> str:
    """A KPI that nothing defines any more goes by its id."""
    definition = month.definitions.get(kpi_id)
    return wording.kpi_name(definition) if definition else kpi_id
