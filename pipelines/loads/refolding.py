"""The history of objects judged once more, as if some loads had never come and others had been accepted.

A pure fold: loads in their order over what every part held before them, by the rule and the terms of their own day.
What they brought is read in `history`, the rows of a ruling are written in `rulings`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pipelines.loads.arrivals import Gate
from pipelines.loads.figures import EMPTY, with_rows
from pipelines.loads.gates import Figures, collapse, shortfall, unpaid
from pipelines.loads.terms import Terms


@dataclass(frozen=True)
class Content:
    """Rows that make up a part: the load whose raw rows they are, how many, and the hash that tells contents apart."""

    load_id: int
    rows: int
    content_hash: str


@dataclass(frozen=True)
class Held:
    """What a part holds, and the load that brought it last as something new."""

    content: Content
    brought_by: int


@dataclass
class World:
    """What counts: for each object its parts, and the business date up to which it was read."""

    parts: dict[str, dict[str, Held]] = field(default_factory=dict)
    read_until: dict[str, date] = field(default_factory=dict)

    def copied(self) -> World:
        """The same world, to go on from."""
        return World({name: dict(parts) for name, parts in self.parts.items()}, dict(self.read_until))


@dataclass(frozen=True)
class PastLoad:
    """A load with all it brought, unchanged parts too; `refused` are parts of which no terms tell why."""

    load_id: int
    fetch_id: int
    object: str
    business_date: date
    terms: Terms
    brought: Mapping[str, Content]
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Judgement:
    """What became of a part of a load: accepted or refused, and why refused."""

    state: str
    reason: str = ""


@dataclass(frozen=True)
class Exceptions:
    """Loads that never came, and parts that are accepted whatever a gate says; None stands for all of a load."""

    retracted: frozenset[int]
    accepted: Mapping[int, frozenset[str] | None]

    def is_accepted(self, load_id: int, part: str) -> bool:
        """Whether a person let the part of the load count."""
        parts = self.accepted.get(load_id, frozenset())
        return parts is None or part in parts


# the figures of one part as one load holds it: object, part, content
FiguresOf = Callable[[str, str, Content], Figures]


@dataclass
class Refold:
    """The fold: `world` as the loads so far left it, and every judgement that is not `unchanged`, by load and part."""

    world: World
    exceptions: Exceptions
    figures: FiguresOf
    judged: dict[int, dict[str, Judgement]] = field(default_factory=dict)
    _refused_fetches: dict[int, str] = field(default_factory=dict)

    def over(self, loads: Iterable[PastLoad]) -> Refold:
        """Takes in every load in turn."""
        for load in loads:
            if load.load_id not in self.exceptions.retracted:
                self._take(load)
        return self

    def _take(self, load: PastLoad) -> None:
        held = self.world.parts.setdefault(load.object, {})
        brought = {**_lacked(load, held), **load.brought}
        changed = {part: content for part, content in brought.items() if _is_change(load, held.get(part), content)}
        refused = {
            part: reason
            for part, reason in self._refusals(load, held, changed).items()
            if not self.exceptions.is_accepted(load.load_id, part)
        }
        if load.terms.is_full and refused:
            self._refused_fetches.setdefault(load.fetch_id, next(iter(refused.values())))
        for part in changed.keys() - refused.keys():
            held[part] = Held(changed[part], load.load_id)
        self.judged[load.load_id] = {
            part: Judgement("refused", refused[part]) if part in refused else Judgement("accepted") for part in changed
        }
        # a read of which all that was new is refused says nothing about its day
        has_unchanged = load.terms.keeps_unchanged and len(brought) > len(changed)
        if not refused or len(changed) > len(refused) or has_unchanged:
            before = self.world.read_until.get(load.object, load.business_date)
            self.world.read_until[load.object] = max(before, load.business_date)

    def _refusals(self, load: PastLoad, held: Mapping[str, Held], changed: Mapping[str, Content]) -> dict[str, str]:
        """The changed parts that are refused, and why."""
        fate = self._refused_fetches.get(load.fetch_id) if load.terms.is_full else None
        if fate is not None:
            return dict.fromkeys(changed, fate)
        refused = {part: "" for part in changed if part in load.refused}
        gate = load.terms.gate
        if gate is None:
            return refused
        if load.terms.is_full:
            told = self._fall_as_one(load, held, gate)
            return dict.fromkeys(changed, f"full export fell {told}") if told else {}
        for part, content in changed.items():
            reasons = [
                *self._fall(load, part, held.get(part), content, gate),
                *self._gap(load, part, content),
                *self._unpaid(load, part, content, gate),
            ]
            if reasons:
                refused[part] = ", ".join(reasons)
        return refused

    def _fall(self, load: PastLoad, part: str, before: Held | None, content: Content, gate: Gate) -> Iterable[str]:
        if before is None or before.content.rows < max(gate.minimum_rows, 1):
            return
        held, came = (self.figures(load.object, part, one) for one in (before.content, content))
        told = collapse(gate, held, came)
        if told:
            yield f"fell {told}"

    def _fall_as_one(self, load: PastLoad, held: Mapping[str, Held], gate: Gate) -> str:
        before = [self.figures(load.object, part, one.content) for part, one in held.items()]
        came = [self.figures(load.object, part, content) for part, content in load.brought.items()]
        return collapse(gate, _added(before, gate), _added(came, gate))

    def _gap(self, load: PastLoad, part: str, content: Content) -> Iterable[str]:
        control = load.terms.control
        whole = self.world.parts.get(control.object, {}).get(part) if control else None
        if control and whole:
            told = shortfall(
                control,
                came=self.figures(load.object, part, content)[control.column],
                whole=self.figures(control.object, part, whole.content)[control.column],
                is_withheld=load.terms.is_withheld,
            )
            if told:
                yield told

    def _unpaid(self, load: PastLoad, part: str, content: Content, gate: Gate) -> Iterable[str]:
        told = unpaid(gate, self.figures(load.object, part, content)) if gate.never_free else ""
        if told:
            yield told


def _lacked(load: PastLoad, held: Mapping[str, Held]) -> dict[str, Content]:
    """What a full export withdraws: the parts with rows that it does not speak of."""
    if not load.terms.is_full:
        return {}
    spoken_of: Collection[str] = load.brought.keys() | load.terms.parts_kept
    return {part: nothing(load.load_id) for part, one in held.items() if one.content.rows and part not in spoken_of}


def nothing(load_id: int) -> Content:
    """A part without rows."""
    return Content(load_id, 0, EMPTY)


def _is_change(load: PastLoad, held: Held | None, content: Content) -> bool:
    if held is None:
        return content.rows > 0 or load.terms.knows_emptiness
    return held.content.content_hash != content.content_hash


def _added(figures: Iterable[Figures], gate: Gate) -> Figures:
    total = dict.fromkeys(with_rows(gate.figures), Decimal(0))
    for one in figures:
        for name in total:
            total[name] += one[name]
    return total
