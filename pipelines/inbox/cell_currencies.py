"""Currencies that stand beside the digits of an amount: a cell in another currency than its row is no amount of it."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from pipelines.inbox.cells import iso_currencies
from pipelines.inbox.local_numbers import meant_by

DOLLARS = frozenset({"USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP", "COP", "TWD"})
SIGNS = {"\u20ac": frozenset({"EUR"}), "\u00a3": frozenset({"GBP"}), "\u00a5": frozenset({"JPY", "CNY"}), "$": DOLLARS}
PREFIXED = {"US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "S$": "SGD", "HK$": "HKD"}


def in_their_currency(
    raw: Mapping[str, pa.Array], written: Mapping[str, pa.Array], currency: pa.Array | None
) -> dict[str, pa.Array]:  # fmt: skip
    """The written amounts; as they were in `raw` where a cell names another currency than its row, to be rejected."""
    kept = {}
    for column, cells in raw.items():
        named = {cell: units for cell in cells.unique().to_pylist() if cell and (units := _currencies(cell))}
        if named and currency is not None:
            rows = zip(cells.to_pylist(), written[column].to_pylist(), currency.to_pylist(), strict=True)
            meant = [cell if cell in named and code and code not in named[cell] else text for cell, text, code in rows]
            kept[column] = pa.array(meant, pa.string())
    return {**written, **kept}


def _currencies(cell: str) -> frozenset[str]:
    """The currencies that a cell can be in; none when it names none."""
    meant = meant_by(cell)
    units = sorted(meant.units - {"%"}) if meant else []
    return _of(units[0]) if units else frozenset()


def _of(unit: str) -> frozenset[str]:
    if unit in PREFIXED:
        return frozenset({PREFIXED[unit]})
    return SIGNS.get(unit[-1], frozenset({unit} & iso_currencies()))
