"""Figures read back from a page, and the frozen ones that they are held against."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from demo_served import Demo

LANGUAGES = ("en", "nl")
# a table as what stands in it: of a cell its own text, without remarks, notes and what only a screen reader hears
TABLES = """() => {
  const own = cell => [...cell.childNodes].filter(n => n.nodeType === 3).map(n => n.textContent).join('').trim();
  return [...document.querySelectorAll('table')].map(t => ({
    caption: t.caption.textContent.trim(),
    section: (t.closest('section[id]') || {id: ''}).id,
    heads: [...t.tHead.rows[0].cells].map(c => c.textContent.trim()),
    rows: [...t.tBodies[0].rows].map(r => [...r.cells].map(own)),
  }));
}"""
# the heads of the tables of channels, and the columns of the mart
CHANNEL_HEADS = {
    "en": {
        "Sessions": "sessions", "Media cost": "spend_media_eur", "Direct cost": "spend_direct_eur",
        "Total cost": "spend_full_eur", "Leads": "leads", "MQLs": "mqls", "Customers": "customers",
        "Revenue": "revenue_eur", "Per lead (CPL)": "cpl_eur", "Per qualified lead": "cost_per_qualified_lead_eur",
        "Per click (CPC)": "cpc_eur", "Per order (CPA)": "cpa_eur", "Per customer (CAC), media only": "cac_paid_eur",
        "Per customer (CAC), all costs": "cac_blended_eur", "ROAS": "roas", "ROI": "roi",
    },
    "nl": {
        "Sessies": "sessions", "Mediakosten": "spend_media_eur", "Directe kosten": "spend_direct_eur",
        "Totale kosten": "spend_full_eur", "Leads": "leads", "MQL's": "mqls", "Klanten": "customers",
        "Omzet": "revenue_eur", "Per lead (CPL)": "cpl_eur",
        "Per gekwalificeerde lead": "cost_per_qualified_lead_eur", "Per klik (CPC)": "cpc_eur",
        "Per bestelling (CPA)": "cpa_eur", "Per klant (CAC), alleen media": "cac_paid_eur",
        "Per klant (CAC), alle kosten": "cac_blended_eur", "ROAS": "roas", "ROI": "roi",
    },
}  # fmt: skip
MISSING = "—"
# sections whose tables show a KPI per row, the figure of the month first
FIGURES = ("email", "search", "shop", "social", "figures")
NUMBER = re.compile(r"\u2212?(?:€\s?)?\d(?:[\d.,]*\d)?(?:\s?%|\s(?:percentage points?|procentpunt))?")
# a month and a version are told in figures, and are none
NO_FIGURE = re.compile(r"\b[^\W\d]+ 20\d\d\b|\b(?:version|versie) \d+")


@dataclass(frozen=True)
class Shown:
    """A number as it is written: its value, and half a unit of its last digit."""

    value: Decimal
    half: Decimal

    def is_of(self, exact: Decimal | float) -> bool:
        # a double has no exact half, so a figure that lies on the border may go either way
        return abs(Decimal(exact) - self.value) <= self.half * Decimal("1.000001")


def number(text: str, language: str) -> Shown:
    """Reads a number back: of an amount, a percentage, a factor, a count or a duration."""
    point, group = (",", ".") if language == "nl" else (".", ",")
    digits = (
        re.sub(r"[^\d.,\u2212-]", "", text).replace(group, "").replace(point, ".").replace("\u2212", "-").rstrip(".")
    )
    places = len(digits.partition(".")[2])
    scale = Decimal("0.01") if re.search(r"%|percent|procent|\bpp\b", text) else Decimal(1)
    return Shown(Decimal(digits) * scale, Decimal(5) * Decimal(10) ** -(places + 1) * scale)


def numbers_in(text: str, language: str) -> list[Shown]:
    return [number(found, language) for found in NUMBER.findall(NO_FIGURE.sub("", text))]


def one_of(shown: list[Shown], *expected: tuple[float | None, ...]) -> bool:
    """Whether the numbers are those of one of the tuples, in its order."""
    return any(
        len(shown) == len(values)
        and all(value is not None and one.is_of(value) for one, value in zip(shown, values, strict=True))
        for values in expected
    )


def version_of(path: Path) -> tuple[str, int]:
    return path.parents[1].name, int(path.parent.name.removeprefix("v"))


def frozen(mart: duckdb.DuckDBPyConnection, path: Path, language: str, grain: str) -> dict[str, set[float | None]]:
    """By name of a KPI its values of the period of this grain that holds the month: one, unless names are shared."""
    rows = mart.execute(
        f"""select k.name_{language}, v.value
        from snapshots.kpi_value as v
        inner join snapshots.snapshot as s using (snapshot_id)
        inner join snapshots.kpi as k on k.snapshot_id = v.snapshot_id and k.kpi_id = v.kpi_id
        where s.month = ?::date and s.version = ? and v.slice = 'total' and v.grain = ?
            and v.period_start = date_trunc(?, s.month)""",
        [f"{version_of(path)[0]}-01", version_of(path)[1], grain, grain],
    ).fetchall()
    found: dict[str, set[float | None]] = {}
    for name, value in rows:
        found.setdefault(name, set()).add(value)
    return found


def differences(texts: dict[str, str], values: dict[str, set[float | None]], language: str) -> list[tuple[str, str]]:
    """What is shown and is not the value; what is missing has none."""
    return [
        (name, text)
        for name, text in texts.items()
        if not any((text == MISSING) if one is None else number(text, language).is_of(one) for one in values[name])
    ]


def pages_of(demo: Demo, language: str) -> list[Path]:
    return [path for path in demo.pages if path.name.split(".")[1] == language]


def same_rows(shown: list[list[str]], frozen_rows: list[tuple[Any, ...]], language: str) -> int:
    """Holds rows against those of the mart, cell by cell as far as the mart has columns; answers with their number."""
    seen = 0
    for texts, (_, *values) in zip(shown, frozen_rows, strict=True):
        for text, value in zip(texts[1:], values, strict=False):
            assert (text == MISSING) if value is None else number(text, language).is_of(value), (texts, value)
            seen += 1
    return seen
