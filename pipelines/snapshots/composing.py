"""What a number is made of that is made of other KPIs: each with what the version froze of it, or the plan took of it.

Growth has rows besides, see `derived_parts`. Whether a factor is right is told by its own certificate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.snapshots.frozen_month import FrozenMonth

CATALOGUE, COMPONENTS = "reference.kpi", "reference.kpi_component"
NEEDS, PLAN, RATES = "marts.funnel_need", "marts.funnel_plan_month", "marts.funnel_rate"
FIGURES = ("numerator", "denominator", "value", "status")
# the plan of the company itself, whose lead is what a total or a segment needs
SCENARIO, FIRST_STAGE = "measured", "lead"


@dataclass(frozen=True)
class Component:
    """One KPI that a number is made of, and where its figures were taken from; without figures none were frozen."""

    kpi_id: str
    slice: str
    member: str
    figures: Mapping[str, Any]
    taken_from: str


@dataclass(frozen=True)
class Composite:
    """A number of other KPIs: what it is made of, and what that comes to, unless rows tell it."""

    components: tuple[Component, ...]
    is_product: bool = False
    is_made_again: bool = False
    amount: Decimal | None = None


def composite_of(month: FrozenMonth, kpi_id: str, slice_: str, member: str) -> Composite:
    """What a number of other KPIs is made of in a version; a figure that nothing makes has no components."""
    month.make(CATALOGUE, COMPONENTS)
    ((made_as,),) = month.scratch.execute(f"select made_as from {CATALOGUE} where kpi_id = ?", [kpi_id]).fetchall()
    if made_as == "stage_volume":
        return _planned(month, slice_, member)
    components = _frozen(month, kpi_id, slice_, member)
    if made_as != "product":
        return Composite(components)
    return Composite(components, is_product=True, is_made_again=True, amount=_product(month, components))


def _frozen(month: FrozenMonth, kpi_id: str, slice_: str, member: str) -> tuple[Component, ...]:
    """The components with what the version froze of the same cell."""
    found = month.scratch.execute(
        f"""select c.component_id, {", ".join(f"v.{name}" for name in FIGURES)} from {COMPONENTS} as c
        left join frozen_value as v on v.kpi_id = c.component_id and v.slice = ? and v.member = ?
        where c.kpi_id = ? order by c.position""",
        [slice_, member, kpi_id],
    ).fetchall()
    return tuple(
        Component(name, slice_, member, dict(zip(FIGURES, figures, strict=True)), month.version.snapshot_id)
        for name, *figures in found
    )


def _product(month: FrozenMonth, components: tuple[Component, ...]) -> Decimal | None:
    """The product of the frozen values, as figures are frozen."""
    ((amount,),) = month.scratch.execute(
        "select cast(cast(? as double) * cast(? as double) as decimal(38, 6))",
        [component.figures["value"] for component in components],
    ).fetchall()
    return None if amount is None else Decimal(amount)


def _planned(month: FrozenMonth, slice_: str, member: str) -> Composite:
    """What the plan asks of a month, and the rates that lie between the stage and the customer.

    Nearly all that was built lies behind the plan, so it is made as the night makes it.
    """
    month.make(PLAN, views=frozenset())
    cell = [SCENARIO, member if slice_ == "stage" else FIRST_STAGE, member if slice_ == "segment" else ""]
    needed = month.scratch.execute(
        f"""select cast(needed as decimal(38, 6)) from {PLAN}
        where scenario = ? and stage = ? and segment = ? and month = ?""",
        [*cell, month.version.month],
    ).fetchone()
    rates = month.scratch.execute(
        f"""select coalesce(r.kpi_id, r.stage || ' to ' || r.next_stage), r.reached, r.members,
            ratio(r.reached, r.members), null, r.rate_source || coalesce(' (' || r.fallback_reason || ')', '')
        from {NEEDS} as n inner join {RATES} as r on r.scenario = n.scenario and r.place <= n.place
        where n.scenario = ? and n.stage = ? and n.segment = ? order by r.place""",
        cell,
    ).fetchall()
    components = (
        Component(name, "total", "", dict(zip(FIGURES, figures, strict=True)), taken_from)
        for name, *figures, taken_from in rates
    )
    return Composite(tuple(components), is_made_again=True, amount=needed[0] if needed else None)
