"""KPIs that are made of other KPIs: growth against a year before, products, and those that are not built yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from pipelines.sandbox.answer_key.formulas import Key, Parts


@dataclass(frozen=True)
class Growth:
    """Growth of a KPI over so many months; `like_for_like` where a total counts only members that both periods have."""

    kpi_id: str
    of: str
    months: int = 1
    slices: tuple[str, ...] = ("total",)
    like_for_like: str | None = None


GROWTH = (
    Growth("traffic_growth_rate", "sessions", slices=("total", "channel", "source_medium", "campaign")),
    Growth("organic_traffic_growth_yoy", "organic_sessions", slices=("total", "landing_page")),
    Growth("lead_growth_rate", "new_leads", slices=("total", "channel")),
    Growth("sales_growth_rate", "revenue", slices=("total", "channel")),
    Growth("revenue_growth_rate", "revenue", months=12),
    Growth("pos_transaction_growth", "pos_transactions", slices=("total", "store"), like_for_like="store"),
)
# product -> its two factors, and the slices at which it exists
PRODUCTS = {
    "expected_orders": (("users", "ecommerce_conversion_rate"), ("total",)),
    "expected_revenue": (("sales_volume", "aov"), ("total", "channel")),
}
NOT_BUILT = ("assisted_conversions", "journey_steps", "predicted_clv", "clv_cac_ratio", "net_value_per_new_customer")
NOTHING = Decimal(0)


def expected_growth(figures: Mapping[Key, Parts], today: date) -> dict[Key, Parts]:
    """(kpi_id, grain, period_start, slice, member) -> (difference, base), from the figures of the other KPIs."""
    expected: dict[Key, Parts] = {}
    for growth in GROWTH:
        found = {key[2:]: parts[0] for key, parts in figures.items() if key[:2] == (growth.of, "month")}
        months = {start for start, slice_, _ in found if slice_ == "total"}
        known = {start for start in months if found[start, "total", ""] is not None}
        amounts = {cell: amount for cell, amount in found.items() if amount is not None}
        for start in months:
            now = [_months_before(start, back) for back in range(growth.months)]
            base = [_months_before(start, back + 12) for back in range(growth.months)]
            expected[growth.kpi_id, "month", start, "total", ""] = (None, None)
            is_over = _months_before(start, -1) <= today
            if known.issuperset(now + base) and is_over:
                for slice_, member, cells in _members(growth, amounts, now, base):
                    above, below = _sum(amounts, now, cells), _sum(amounts, base, cells)
                    expected[growth.kpi_id, "month", start, slice_, member] = (above - below, below)
            elif known.issuperset(base):
                below = _sum(amounts, base, [("total", "")])
                expected[growth.kpi_id, "month", start, "total", ""] = (None, below)
    return expected


def expected_products(figures: Mapping[Key, Parts]) -> dict[Key, Parts]:
    """(kpi_id, grain, period_start, slice, member) -> (product, None), to six decimals, where both factors stand."""
    expected: dict[Key, Parts] = {}
    for kpi_id, ((first, second), slices) in PRODUCTS.items():
        for key, parts in figures.items():
            other = (second, *key[1:])
            if key[0] == first and key[1] == "month" and key[3] in slices and other in figures:
                factors = (_value(parts), _value(figures[other]))
                product = None if None in factors else factors[0] * factors[1]  # type: ignore[operator]
                expected[kpi_id, *key[1:]] = (None if product is None else _rounded(product), None)
    return expected


def _value(parts: Parts) -> Fraction | None:
    above, below = parts
    if above is None:
        return None
    if below is None:
        return Fraction(above)
    return Fraction(above) / Fraction(below) if below else None


def _rounded(product: Fraction) -> Decimal:
    return Decimal(round(product * 10**6)).scaleb(-6)


def expected_unbuilt(periods: Iterable[date]) -> dict[Key, Parts]:
    """Of what is not built nothing is known, in any month."""
    return {(kpi_id, "month", start, "total", ""): (None, None) for kpi_id in NOT_BUILT for start in periods}


Cells = list[tuple[str, str]]


def _members(
    growth: Growth, amounts: Mapping[tuple[date, str, str], Decimal], now: list[date], base: list[date]
) -> Iterable[tuple[str, str, Cells]]:
    """Slice and member of each cell, and the cells of the other KPI that it adds up."""
    for slice_ in growth.slices:
        if slice_ == "total" and growth.like_for_like:
            both = _with_amount(amounts, now, growth.like_for_like) & _with_amount(amounts, base, growth.like_for_like)
            yield "total", "", [(growth.like_for_like, member) for member in both]
        else:
            found = {(start, member) for start, name, member in amounts if name == slice_ and start in now + base}
            # who is in the rest differs from month to month, and so does what is held back
            has_rest = any(member == "(rest)" for _, member in found)
            for member in {member for _, member in found} - {"(rest)", "(withheld)"}:
                of_member = {start for start, name in found if name == member}
                if not has_rest or (of_member & {*now} and of_member & {*base}):
                    yield slice_, member, [(slice_, member)]


def _with_amount(amounts: Mapping[tuple[date, str, str], Decimal], months: list[date], slice_: str) -> set[str]:
    return {
        member for (start, name, member), amount in amounts.items() if name == slice_ and start in months and amount
    }


def _sum(amounts: Mapping[tuple[date, str, str], Decimal], months: list[date], cells: Cells) -> Decimal:
    return sum((amounts.get((month, *cell), NOTHING) for month in months for cell in cells), NOTHING)


def _months_before(month: date, back: int) -> date:
    number = month.year * 12 + month.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)
