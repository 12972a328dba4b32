"""The corpus: every dialect in every language, as every delivery; and a reading of it, from where files are dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from export_bytes import DELIVERIES
from export_writer import Expected, Export, export
from vendor_dialect import VendorDialect, languages_of, with_parameters

from pipelines.inbox import FileRead, ReadingRules, discover, read_dialects, read_file

FOLDER = Path(__file__).parents[2] / "config" / "exports"
TEXTS = {path.stem: with_parameters(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}
IGNORED = {name: said["ignored"] for name, text in TEXTS.items() if "ignored" in (said := yaml.safe_load(text))}
# what is stored under another name than the contract's
STORED = {"rate": "units_per_eur", "lead_id": "person_key"}


class Numbers:
    """Persons whose surrogates are the numbers in their ids."""

    def keys_for(self, source: str, ids: list[str]) -> list[int]:
        return [int(one) if one.isdigit() else 0 for one in ids]


@dataclass(frozen=True)
class Case:
    """One file of the corpus."""

    dialect: str
    language: str
    delivery: str
    turn: int
    bare: bool = False

    @property
    def name(self) -> str:
        return f"{self.dialect}-{self.language}-{self.delivery}{'-bare' if self.bare else ''}".replace(" ", "_")

    @property
    def made(self) -> Export:
        return made(self)

    @property
    def content(self) -> bytes:
        return content(self)

    @property
    def file_name(self) -> str:
        # no name tells a dialect
        return f"export 1{DELIVERIES[self.delivery].ending}"


@cache
def made(case: Case) -> Export:
    way = DELIVERIES[case.delivery]
    dialect = VendorDialect(case.dialect, TEXTS[case.dialect], case.language, case.turn)
    return export(dialect, bare=case.bare, is_text=way.is_text, is_narrow=way.is_narrow)


@cache
def content(case: Case) -> bytes:
    return DELIVERIES[case.delivery].pack(made(case))


def cases(turns: int = 1, of: str = "") -> Iterator[Case]:
    """Every dialect (or one) of which rows are made x language x delivery, each with another notation and quirk."""
    for dialect, text in TEXTS.items():
        if of not in {"", dialect} or dialect in IGNORED:
            continue
        for place, language in enumerate(languages_of(text)):
            for turn, delivery in enumerate(DELIVERIES):
                for more in range(turns):
                    case = Case(dialect, language, delivery, turn + place + more * len(DELIVERIES))
                    if DELIVERIES[delivery].takes(case.made):
                        yield case
            yield Case(dialect, language, "utf-8", place, bare=True)


@cache
def rules(*without: str) -> ReadingRules:
    texts = {f"exports/{name}.yaml": text for name, text in TEXTS.items() if name not in without}
    return ReadingRules("Europe/Amsterdam", b"a test pepper", dialects=read_dialects(texts))


def read_from(inbox: Path, folder: str, case: Case, content: bytes, told: ReadingRules) -> FileRead:
    """The file dropped into the inbox, in no folder or in one, found and read."""
    path = inbox / folder / case.file_name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    try:
        (found,) = (one for one in discover(inbox, []) if one.path == path and one.state != "loaded")
        return read_file(found, told, Numbers())
    finally:
        path.unlink()


def stored(read: FileRead, names: Sequence[str]) -> Counter[tuple[Any, ...]]:
    """The rows that were taken, as the columns of these names say them."""
    columns = [read.arrivals[0].rows[STORED.get(name, name)].to_pylist() for name in names]
    return Counter(zip(*columns, strict=True))


def told(expected: Expected, names: Sequence[str], but: Iterable[int] = ()) -> Counter[tuple[Any, ...]]:
    """The rows that there have to be, without those of some rows of the file."""
    rows = [row for row, of in zip(expected.rows, expected.of_row, strict=True) if of not in set(but)]
    return Counter(tuple(_as_stored(name, row.get(name)) for name in names) for row in rows)


def names_in(expected: Expected) -> list[str]:
    """The columns that are stored of these rows; what was given back is a row of its own, and none is here."""
    return list(dict.fromkeys(name for row in expected.rows for name in row if name != "refunded_amount"))


def _as_stored(name: str, value: Any) -> Any:
    return int(value) if name == "lead_id" and value is not None else value


def records_of(flags: Mapping[str, Any]) -> int:
    """The lines of a file that are no rows, as far as reading it counted them."""
    said = ("lines_before_header", "blank_lines", "total_lines", "note_lines", "lines_after_end")
    return 1 + sum(int(flags.get(name, 0)) for name in said)
