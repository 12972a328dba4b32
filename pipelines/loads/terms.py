"""By what a load was judged, kept with it as JSON: a ruling judges the loads after it by the terms of their own day."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from pipelines.loads.arrivals import Arrival, Control, Gate, NeverFree

# GA4 reference §5: small rows are left out of such an answer
WITHHELD = "subject_to_thresholding"


@dataclass(frozen=True)
class Terms:
    """The gate of a load, whether it was a full export and what that did not withdraw.

    `keeps_unchanged`: unchanged parts are reads of their own. `is_withheld`: the source left rows out of its answer.
    """

    table: str = ""
    gate: Gate | None = None
    is_full: bool = False
    parts_kept: frozenset[str] = frozenset()
    keeps_unchanged: bool = False
    is_withheld: bool = False

    @property
    def control(self) -> Control | None:
        """What the parts are held against."""
        return None if self.gate is None or self.is_full else self.gate.control

    @property
    def knows_emptiness(self) -> bool:
        """Whether a part that holds nothing is known to: what a full export lacks may never have been."""
        return self.keeps_unchanged and not self.is_full

    def as_json(self) -> str:
        """The terms as they are stored."""
        return json.dumps({**asdict(self), "parts_kept": sorted(self.parts_kept)}, sort_keys=True)


# a load of which nothing was noted: what was refused stays refused
UNKNOWN_TERMS = Terms(keeps_unchanged=True)


def terms_of(arrival: Arrival) -> Terms:
    """The terms of an arrival."""
    return Terms(
        arrival.table,
        arrival.gate,
        arrival.full,
        arrival.parts_kept,
        arrival.keep_unchanged,
        bool(arrival.flags.get(WITHHELD)),
    )


def terms_from(text: str | None) -> Terms:
    """The terms that were stored, or UNKNOWN_TERMS."""
    if text is None:
        return UNKNOWN_TERMS
    told = json.loads(text)
    gate = told.pop("gate")
    if gate is not None:
        control, never_free = gate.pop("control"), gate.pop("never_free", None)
        gate = Gate(
            **{**gate, "also": tuple(gate["also"])},
            control=Control(**control) if control else None,
            never_free=NeverFree(**never_free) if never_free else None,
        )
    return Terms(**{**told, "parts_kept": frozenset(told["parts_kept"])}, gate=gate)
