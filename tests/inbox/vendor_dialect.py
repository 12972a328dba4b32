"""What a dialect file says of an export, read plainly: which headers stand in it, and how their cells are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml
from vendor_facts import REQUIRED

CURRENCY, CODE = "{currency}", "EUR"
CODES = ("USD", "GBP", "JPY", "CHF")
UNSAID = {"currency": "EUR", "vat_percent": '"21"'}
ISO_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S")


@dataclass(frozen=True)
class Head:
    """One header of a file; of several names that it has in the blocks of a dialect the first; "" is an unknown one.

    `row` is what the rows under it are called, where its cells are rows of their own.
    """

    text: str
    name: str = ""
    block: int = 0
    row: str = ""


def with_parameters(text: str) -> str:
    """The text of a dialect after somebody wrote what its files do not say."""
    for name, value in UNSAID.items():
        text = re.sub(rf"\b{name}: null", f"{name}: {value}", text)
    return text


def several(said: Any) -> list[Any]:
    return [] if said is None else said if isinstance(said, list) else [said]


@dataclass(frozen=True)
class VendorDialect:
    """A dialect file, and the language, the wording and the notation that one export of it has."""

    name: str
    text: str
    language: str
    turn: int = 0

    @cached_property
    def said(self) -> dict[str, Any]:
        return dict(yaml.safe_load(self.text))

    @cached_property
    def blocks(self) -> list[dict[str, Any]]:
        return [self.said, *self.said.get("also", [])]

    @property
    def zone(self) -> str:
        return str(self.said.get("time_zone", "Europe/Amsterdam"))

    @property
    def group(self) -> dict[str, Any] | None:
        return self.said.get("group")

    @property
    def summed(self) -> list[str]:
        return list((self.group or {}).get("sum", []))

    @cached_property
    def notations(self) -> list[str]:
        days = self.said.get("days", [])
        if isinstance(days, dict):
            days = several(days.get(self.language, []))
        return [*several(days), ISO_TIMES[self.turn % len(ISO_TIMES)]]

    def notation(self, *, is_day: bool) -> str:
        """That of this export; a day without time in the corresponding ISO."""
        found = self.notations[self.turn % len(self.notations)]
        return "%Y-%m-%d" if is_day and found in ISO_TIMES else found

    def wording(self, by_language: Mapping[str, Any]) -> str:
        wordings = several(by_language.get(self.language) or next(iter(by_language.values())))
        return str(wordings[self.turn % len(wordings)]).replace(CURRENCY, CODE)

    def named(self, block: int) -> dict[str, Any]:
        of = self.blocks[block]
        return {**of["columns"], **of.get("further", {})}

    def made_of(self, block: int) -> set[str]:
        """The names that formulas and texts of a block need."""
        of = self.blocks[block]
        made = [*of.get("formulas", {}).values(), *of.get("texts", {}).values()]
        return {name for text in made for name in re.findall(r"[a-z_]+", text)}

    def sure(self, block: int) -> set[str]:
        """The names under which no cell may be empty."""
        # a slice without its member says nothing
        needed = {*REQUIRED[self.blocks[block]["kind"]], "member"}
        return (needed | self.made_of(block)) & set(self.named(block))

    def heads(self, *, bare: bool) -> list[Head]:
        """All headers that the dialect knows, or only those without which a file is another one."""
        found: dict[str, Head] = {}
        for block, of in enumerate(self.blocks):
            needed = self.sure(block) | set(several(of.get("recognised_by")))
            for name, wordings in self.named(block).items():
                if not bare or name in needed or self.said["seen"] == "nowhere":
                    text = self.wording(wordings)
                    found.setdefault(text, Head(text, name, block))
            for row, text in self._spread(of.get("spread")):
                found.setdefault(text, Head(text, f"{of['spread']['value']} {row}", block, row))
        return list(found.values())

    def _spread(self, spread: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
        if spread and spread["headers"] == CURRENCY:
            yield from ((code, code) for code in CODES)
        elif spread:
            yield from ((row, self.wording(wordings)) for row, wordings in spread["headers"].items())


def languages_of(text: str) -> Sequence[str]:
    """Every language that a dialect names a header in."""
    said = yaml.safe_load(text)
    found: dict[str, None] = {}
    for block in [said, *said.get("also", [])]:
        spread = (block.get("spread") or {}).get("headers")
        spread = spread if isinstance(spread, dict) else {}
        for wordings in [*block["columns"].values(), *block.get("further", {}).values(), *spread.values()]:
            found.update(dict.fromkeys(wordings))
    return list(found)
