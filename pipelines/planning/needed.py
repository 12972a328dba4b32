"""How many of each stage a number of customers needs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction


def needed_at_each_stage(customers: int, rates: Sequence[Fraction | None]) -> list[int | None]:
    """The need of each stage, rounded up at each; the rates lead from the stage before the customer to the first one.

    From a stage whose rate is not known, or is 0, the need is not known.
    """
    needs: list[int | None] = []
    need: int | None = customers
    for rate in rates:
        need = math.ceil(need / rate) if need is not None and rate else None
        needs.append(need)
    return needs


def needed_in_all(customers: int, rates: Sequence[Fraction | None]) -> Fraction | None:
    """The need of the first stage before any rounding."""
    need = Fraction(customers)
    for rate in rates:
        if not rate:
            return None
        need /= rate
    return need


def marketing_share(customers: int, shares: Mapping[str, Decimal]) -> dict[str, int]:
    """Of the customers those that marketing must deliver in each segment, rounded up."""
    return {segment: math.ceil(customers * Fraction(share)) for segment, share in shares.items()}
