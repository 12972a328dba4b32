"""What can go wrong with GA4, as data: calls that are refused or late, and answers that are not what they seem.

The script counts calls; what a distortion does to an answer is done by `ga4_query` and `ga4_answers`. The wordings are
those of the service (`ga4_wordings`).
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar


@dataclass(frozen=True)
class Failure:
    """Calls of `method` that ask for the field `asks` ("": any) and end in a gRPC status, or only late (`code` "").

    `calls` are numbers of fitting calls, counted from 1; none of them means every one.
    """

    code: str = "UNAVAILABLE"
    wording: str = "The service is currently unavailable."
    calls: tuple[int, ...] = (1,)
    method: str = "RunReport"
    asks: str = ""
    delay_s: float = 0.0


@dataclass(frozen=True)
class Broken:
    """Calls of `method` whose connection ends without an answer (`is_cut`), or with a body that nobody can read."""

    calls: tuple[int, ...] = (1,)
    method: str = "RunReport"
    is_cut: bool = False


@dataclass(frozen=True)
class RolledUp:
    """All but the `kept` busiest members of a dimension become `(other)`."""

    dimension: str
    kept: int


@dataclass(frozen=True)
class CollapsedDay:
    """A day of which reports with a dimension besides time see one session in `one_of`; its day total is right."""

    day: date
    one_of: int = 50


@dataclass(frozen=True)
class Hidden:
    """A metric that the user's role may not see: zeros, and a note in the metadata. kind: COST_DATA, REVENUE_DATA.

    Without a kind there are zeros and no note.
    """

    metric: str = "advertiserAdCost"
    kind: str = "COST_DATA"


@dataclass(frozen=True)
class Withheld:
    """Rows of fewer than `minimum_users` users are left out."""

    minimum_users: int


@dataclass(frozen=True)
class Sampled:
    """Answers about more than `longer_than_days` days that claim to rest on a sample."""

    read: int
    out_of: int
    longer_than_days: int = 0


@dataclass(frozen=True)
class Truncated:
    """Answers that say that data is missing, such as DATA_TRUNCATION_TYPE_DATE_RANGE behind the date of retention."""

    kind: str = "DATA_TRUNCATION_TYPE_DATE_RANGE"
    message: str = "Data is not available before the retention date."


@dataclass(frozen=True)
class Shortened:
    """Every page lacks its last `rows`, although the row count includes them."""

    rows: int


@dataclass(frozen=True)
class Repeated:
    """Every page ends with its last `rows` once more, and the row count includes them."""

    rows: int


@dataclass(frozen=True)
class Emptied:
    """Answers without a row, as if nothing had happened on any day."""


@dataclass(frozen=True)
class Oversized:
    """Answers that are `size_bytes` larger than their rows need."""

    size_bytes: int


@dataclass(frozen=True)
class Converted:
    """Money in this currency, whatever was asked for."""

    currency_code: str


@dataclass(frozen=True)
class Moved:
    """A property whose days are those of another zone from now on."""

    time_zone: str


@dataclass(frozen=True)
class Renamed:
    """A field that the property lists under another name, and still takes; "" is a field it does not list at all."""

    field: str
    name: str = ""


Fault = (
    Failure
    | Broken
    | RolledUp
    | CollapsedDay
    | Hidden
    | Withheld
    | Sampled
    | Truncated
    | Shortened
    | Repeated
    | Emptied
    | Oversized
    | Converted
    | Moved
    | Renamed
)
Kind = TypeVar("Kind", bound=Fault)
OfCalls = TypeVar("OfCalls", Failure, Broken)


class Faults:
    """The faults of a server; calls are counted per failure, safely from many threads."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._faults = tuple(faults)
        self._guard = threading.Lock()
        self._calls = [0] * len(self._faults)

    def failure(self, method: str, fields: Collection[str]) -> Failure | None:
        """The first failure that this call meets; every failure that it fits counts it."""
        return self._met(Failure, method, fields)

    def broken(self, method: str) -> Broken | None:
        """The first break of a connection that this call meets."""
        return self._met(Broken, method, ())

    def all(self, kind: type[Kind]) -> list[Kind]:
        """The faults of one kind."""
        return [fault for fault in self._faults if isinstance(fault, kind)]

    def _met(self, kind: type[OfCalls], method: str, fields: Collection[str]) -> OfCalls | None:
        met: OfCalls | None = None
        with self._guard:
            for position, fault in enumerate(self._faults):
                if not isinstance(fault, kind) or fault.method != method:
                    continue
                if isinstance(fault, Failure) and fault.asks and fault.asks not in fields:
                    continue
                self._calls[position] += 1
                if met is None and (not fault.calls or self._calls[position] in fault.calls):
                    met = fault
        return met
