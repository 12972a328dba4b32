"""Surrogates of persons: a random number per id, kept in raw.person, so that nothing downstream holds an id.

Only the mapping belongs here; the caller loads it from the warehouse and appends what was drawn.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Protocol

import pyarrow as pa

from pipelines import privacy

PERSON_SCHEMA = pa.schema(
    [("person_key", pa.int64()), ("source", pa.string()), ("source_id_hmac", pa.string()), ("source_id", pa.string())]
)
SURROGATE_BITS = 63


class PersonKeys(Protocol):
    """Whatever knows the surrogate of each id of a source (`lead` or `customer`)."""

    def keys_for(self, source: str, ids: list[str]) -> list[int]:
        """One surrogate per id, in order; the same id always gives the same one."""
        ...


class Persons:
    """The persons of one warehouse: those it knows, and those drawn since."""

    def __init__(
        self,
        pepper: bytes,
        known: Iterable[tuple[int, str, str, str | None]] = (),
        draw: Callable[[], int] = lambda: secrets.randbits(SURROGATE_BITS),
    ) -> None:
        """`known`: the rows of raw.person in the order of PERSON_SCHEMA; `draw` gives a number of 63 bits."""
        self._pepper, self._draw = pepper, draw
        self._keys: dict[tuple[str, str], int] = {}
        self._unnamed: set[int] = set()
        for key, source, hashed, source_id in known:
            self._keys[source, hashed] = key
            if source_id is None:
                self._unnamed.add(key)
        self._taken = set(self._keys.values())
        self._new: list[tuple[int, str, str, str | None]] = []
        self._named: dict[int, str] = {}

    def keys_for(self, source: str, ids: list[str]) -> list[int]:
        """One surrogate per id, in order; an id that was never seen gets a new one."""
        return [self._key(source, one) for one in ids]

    def new_rows(self) -> pa.Table:
        """The rows that raw.person lacks."""
        return pa.Table.from_pylist(
            [dict(zip(PERSON_SCHEMA.names, row, strict=True)) for row in self._new], schema=PERSON_SCHEMA
        )

    def named_again(self) -> dict[int, str]:
        """The ids of persons that raw.person knew without one, by surrogate."""
        return dict(self._named)

    def _key(self, source: str, source_id: str) -> int:
        hashed, shown = source_id_hmac(source_id, self._pepper), shown_id(source_id, self._pepper)
        key = self._keys.get((source, hashed))
        if key is None:
            key = self._unused()
            self._keys[source, hashed] = key
            self._new.append((key, source, hashed, shown))
        elif shown is not None and key in self._unnamed:
            self._named[key] = shown
        return key

    def _unused(self) -> int:
        """A number that stands for nobody yet; 0 is never one, so that a lost key cannot pass for a person."""
        key = 0
        while key == 0 or key in self._taken:
            key = self._draw()
        self._taken.add(key)
        return key


def source_id_hmac(source_id: str, pepper: bytes) -> str:
    """How raw.person knows an id, also when it looks like an address (then its case does not count)."""
    return privacy.pseudonym(privacy.safe_id(source_id.strip(), pepper), pepper)


def shown_id(source_id: str, pepper: bytes) -> str | None:
    """The id as it may be shown beside a number; None when it looks like an address, or stands for one already."""
    plain = source_id.strip()
    safe = privacy.safe_id(plain, pepper)
    return None if safe != plain or privacy.is_pseudonym(safe) else plain
