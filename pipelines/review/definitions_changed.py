"""The KPIs whose definition begins in the month: what the change of definition explains, and what the month itself.

Also which definition a figure was counted by, where figures of two of them stand side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.review.month import ClosedMonth, Definition, KpiValue
from pipelines.review.redefined import Bridge
from pipelines.review.wording import MINUS, SHOWN_AS_FACTOR, Wording


@dataclass(frozen=True)
class Redefinition:
    """One KPI: the month by both definitions in words, and why it was changed."""

    kpi_id: str
    name: str
    sentences: tuple[str, ...]
    reason: str


def redefinitions(month: ClosedMonth, wording: Wording) -> list[Redefinition]:
    """Every KPI with a bridge in the month, by name."""
    made = [
        Redefinition(
            bridge.kpi_id,
            wording.kpi_name(month.definitions[bridge.kpi_id]),
            tuple(_sentences(month, month.definitions[bridge.kpi_id], bridge, wording)),
            bridge.reason,
        )
        for bridge in month.redefined.bridges
        if bridge.kpi_id in month.definitions
    ]
    return sorted(made, key=lambda one: (one.name.casefold(), one.kpi_id))


def by_other_definition(known: KpiValue, beside: KpiValue | None, wording: Wording) -> str:
    """Which definition a figure was counted by, where the one beside it was counted by another; else empty."""
    if beside is None or known.definition_version == beside.definition_version:
        return ""
    return wording("redefined.by_version", version=known.definition_version)


def _sentences(month: ClosedMonth, definition: Definition, bridge: Bridge, wording: Wording) -> list[str]:
    """The month by both definitions; then, where both are known, what each part of the difference comes from."""
    old, new = bridge.old_value, bridge.new_value
    numbers: dict[str, object] = {"from_version": bridge.from_version, "to_version": bridge.to_version}
    shown = {
        side: wording.figure(definition.kpi_id, definition.unit, value)
        for side, value in (("old", old), ("new", new))
        if value is not None
    }
    if old is None or new is None:
        key = "neither" if old == new else "no_old" if old is None else "no_new"
        return [wording(f"redefined.{key}", **numbers, **shown)]
    change = _difference(definition, new - old, old, wording)
    told = [wording("redefined.both", **numbers, **shown)]
    before = _comparable(month, bridge)
    if before is None or before.value is None or month.previous is None:
        return [*told, wording("redefined.change", change=change)]
    return [
        *told,
        wording(
            "redefined.explained",
            **numbers,
            month=wording.month(month.previous.snapshot.month),
            then=wording.figure(definition.kpi_id, definition.unit, before.value),
            change=change,
            month_itself=_difference(definition, old - before.value, before.value, wording),
        ),
    ]


def _comparable(month: ClosedMonth, bridge: Bridge) -> KpiValue | None:
    """The month before, by the definition before; None where it was counted otherwise, or either can still rise."""
    now = month.of_month(bridge.kpi_id)
    before = month.previous.values.get(bridge.kpi_id) if month.previous else None
    if now is None or before is None or now.is_immature or before.is_immature:
        return None
    return before if before.definition_version == bridge.from_version else None


def _difference(definition: Definition, difference: float, beside: float, wording: Wording) -> str:
    """A difference with its sign, in the unit of the KPI."""
    sign = "+" if difference > 0 else MINUS if difference < 0 else ""
    if definition.unit == "ratio" and definition.kpi_id not in SHOWN_AS_FACTOR:
        return sign + wording.points(abs(difference))
    return sign + wording.figure(definition.kpi_id, definition.unit, abs(difference), beside=beside)
