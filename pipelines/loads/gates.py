"""The rule of a gate: from which figures on a part is refused, and in which words.

Pure: whoever judges, a night or a ruling afterwards, brings the figures and asks here.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pipelines.loads.arrivals import ROWS, Control, Gate

# column -> its sum, ROWS -> the number of rows
Figures = Mapping[str, Decimal]


def collapse(gate: Gate, held: Figures, came: Figures) -> str:
    """From what to what the guarded figures fell too far; empty when none did. A figure of nothing cannot fall."""
    if held[ROWS] < gate.minimum_rows:
        return ""
    fell = [name for name in gate.guarded if _fell(gate, name, held[name], came[name])]
    return ", ".join(f"from {_told(name, held)} to {_told(name, came)} ({name or 'rows'})" for name in fell)


def shortfall(control: Control, *, came: Decimal, whole: Decimal, is_withheld: bool) -> str:
    """How little of the control's figure came; empty when it is enough."""
    tolerance = control.tolerance_if_withheld if is_withheld else control.tolerance
    if whole < Decimal(str(control.minimum)) or came >= whole * (1 - Decimal(str(tolerance))):
        return ""
    return f"holds {_plain(came)} of the {_plain(whole)} {control.column} in {control.object}"


def unpaid(gate: Gate, came: Figures) -> str:
    """How many units came without any money for them; empty when they were paid for, or are few."""
    units = gate.never_free
    if units is None or came[gate.column] != 0 or came[units.column] < Decimal(str(units.minimum)):
        return ""
    return f"{_plain(came[units.column])} {units.column} cost nothing"


def _fell(gate: Gate, name: str, held: Decimal, came: Decimal) -> bool:
    if held <= 0 or (name == gate.column and held < Decimal(str(gate.minimum))):
        return False
    return came < held * Decimal(str(gate.floor_share))


def _told(name: str, figures: Figures) -> str:
    return f"{figures[name]:.0f}" if name == ROWS else f"{figures[name]:.2f}"


def _plain(figure: Decimal) -> str:
    return f"{figure:.0f}" if figure == figure.to_integral_value() else f"{figure:.2f}"
