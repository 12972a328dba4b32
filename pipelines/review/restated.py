"""What a version changed since an older one: old value, new value, difference, and what came of each cause."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from pipelines.review.afterwards import Restated, Restatement
from pipelines.review.figures import reading_place
from pipelines.review.grids import Cell, Column, Grid, GridRow, Notes
from pipelines.review.month import ClosedMonth, Definition
from pipelines.review.wording import Number, Phrase, Wording
from pipelines.snapshots.causes import CAUSES

MEMBERS_SHOWN = 60
# a double has sixteen digits, and the amounts of causes twelve decimals
NOISE_OF_A_DOUBLE, NOISE_OF_AN_AMOUNT = Decimal("1e-15"), Decimal("2e-12")


@dataclass(frozen=True)
class Changed:
    """What changed since one older version: sentences, and tables where there is something to show."""

    number: int
    sentences: tuple[str, ...]
    totals: Grid | None = None
    parts: Grid | None = None
    members: Grid | None = None
    after: tuple[str, ...] = ()


def changed_sections(month: ClosedMonth, pack: Sequence[str], wording: Wording) -> list[Changed]:
    """One for each older version that this one is held against, the reported one first."""
    return [_changed(month, one, pack, wording) for one in month.afterwards.restatements]


def _changed(month: ClosedMonth, restatement: Restatement, pack: Sequence[str], wording: Wording) -> Changed:
    number, now = restatement.older.number, month.snapshot.version
    if not restatement.restated:
        return Changed(number, (wording("restated.nothing", number=number, now=now),))
    view = _View(month, restatement, pack, wording)
    totals = [one for one in view.ordered if one.slice == "total"]
    members = [one for one in view.ordered if one.slice != "total"]
    unchanged = len(month.values["month"].keys() - {one.kpi_id for one in totals})
    is_short = len(members) <= MEMBERS_SHOWN
    return Changed(
        number,
        (
            wording("restated.intro", number=number, now=now) if totals else wording("restated.only_members"),
            wording.counted("restated.unchanged", unchanged) if totals and unchanged else "",
            view.told_of_causes(),
        ),
        view.values(totals, "restated.caption", _name_alone) if totals else None,
        view.parts(totals) if totals else None,
        view.values(members, "restated.members_caption", _name_of_member) if members and is_short else None,
        (
            "" if is_short else wording("restated.many_members", count=wording.count(len(members))),
            wording("restated.points") if view.has_shares else "",
            wording("restated.unknown_as_nothing") if any(map(_was_or_is_unknown, view.ordered)) else "",
        ),
    )


def _name_alone(one: Restated, wording: Wording) -> str:
    return ""


def _name_of_member(one: Restated, wording: Wording) -> str:
    sliced = wording.known(f"slice.{one.slice}") or one.slice
    return f"{sliced}: {wording.known(f'label.{one.member}') or one.member}"


class _View:
    """The tables of one restatement, in one language."""

    def __init__(self, month: ClosedMonth, restatement: Restatement, pack: Sequence[str], wording: Wording) -> None:
        self.month, self.restatement, self.wording = month, restatement, wording
        self.named = {"number": restatement.older.number, "now": month.snapshot.version}
        found = {cause for one in restatement.restated for (_, cause), amount in one.amounts.items() if amount}
        self.causes = [*(cause for cause in CAUSES if cause in found), *sorted(found - set(CAUSES))]
        place = {kpi_id: turn for turn, kpi_id in enumerate(pack)}
        self.ordered = sorted(
            restatement.restated,
            key=lambda one: (
                place.get(one.kpi_id, len(place)),
                reading_place(self.definition(one)),
                one.slice,
                one.member,
            ),
        )

    def definition(self, one: Restated) -> Definition:
        """What the KPI is; one that nothing defines any more goes by its id."""
        known = self.month.definitions.get(one.kpi_id)
        return known or Definition(one.kpi_id, one.kpi_id, one.kpi_id, "", "", "neutral", "", "", None, (), 0)

    @property
    def has_shares(self) -> bool:
        """Whether any difference is in percentage points."""
        return any(self.wording.is_share(one.kpi_id, self.definition(one).unit) for one in self.ordered)

    def told_of_causes(self) -> str:
        """That the causes add up, as far as they do."""
        wording = self.wording
        if not self.restatement.has_causes and any(map(_really_differs, self.ordered)):
            of_month = f"{self.month.snapshot.month:%Y-%m}"
            command = f"kpi restatement {of_month} --from {self.named['number']} --to {self.named['now']}"
            return wording("restated.no_causes", command=command)
        left = [wording.kpi_name(self.definition(one)) for one in self.ordered if _leaves_a_rest(one)]
        return wording("restated.inexact", names=", ".join(dict.fromkeys(left))) if left else wording("restated.exact")

    def values(self, shown: Iterable[Restated], caption: str, remark: Callable[[Restated, Wording], str]) -> Grid:
        """The values before and after, each in the unit of its KPI."""
        rows, notes = [], Notes()
        for one in shown:
            of = self.definition(one)
            written = partial(self.wording.figure, of.kpi_id, of.unit)
            signed = partial(self.wording.difference, of.kpi_id, of.unit)
            cells = self._cells(one, "value", written, signed, notes)
            rows.append(GridRow(self.wording.kpi_name(of), cells, remark=remark(one, self.wording)))
        return self._grid(caption, rows, notes)

    def parts(self, shown: Iterable[Restated]) -> Grid:
        """Numerators and denominators that changed, with all of their digits."""
        rows, notes, wording = [], Notes(), self.wording
        for one in shown:
            for part in ("numerator", "denominator"):
                if one.before[part] != one.after[part] or any(part == known for known, _ in one.amounts):
                    cells = self._cells(one, part, _exact(wording), _exact(wording, is_signed=True), notes)
                    name = wording.kpi_name(self.definition(one))
                    rows.append(GridRow(name, cells, remark=wording(f"restated.{part}")))
        return self._grid("restated.parts_caption", rows, notes)

    def _grid(self, caption: str, rows: list[GridRow], notes: Notes) -> Grid:
        heads = [self.wording("restated.version", number=number) for number in self.named.values()]
        heads += [self.wording("restated.difference")]
        heads += [self.wording.known(f"cause.{cause}") or cause for cause in self.causes]
        columns = tuple(Column(head) for head in heads)
        title = self.wording(caption, **self.named)
        return Grid(title, self.wording("column.kpi"), columns, tuple(rows), notes.listed(), look="restated stacks")

    def _cells(
        self, one: Restated, part: str, written: Callable[[Number], str], signed: Callable[[Number], str], notes: Notes
    ) -> tuple[Cell, ...]:
        def or_missing(value: Number | None, write: Callable[[Number], str], why: str) -> Cell:
            return notes.missing(Phrase(self.wording(why))) if value is None else Cell(write(value))

        difference = _difference(one, part)
        why = "restated.no_difference" if difference is None else "restated.not_recorded"
        return (
            or_missing(one.before[part], written, "restated.no_value"),
            or_missing(one.after[part], written, "restated.no_value"),
            or_missing(difference, signed, "restated.no_difference"),
            *(or_missing(_amount(one, part, cause), signed, why) for cause in self.causes),
        )


def _exact(wording: Wording, *, is_signed: bool = False) -> Callable[[Number], str]:
    return lambda value: wording.exact(Decimal(value), is_signed=is_signed)


def _really_differs(one: Restated) -> bool:
    """Whether a part is another one, an unknown figure taken as nothing: only that has a cause."""
    return any((one.before[part] or 0) != (one.after[part] or 0) for part in one.before)


def _difference(one: Restated, part: str) -> Decimal | None:
    """After less before; of values, which are doubles, what the causes sum to: their last digits are noise."""
    before, after = one.before[part], one.after[part]
    if before is None or after is None:
        return None
    difference, explained = Decimal(str(after)) - Decimal(str(before)), _explained(one, part)
    noise = NOISE_OF_AN_AMOUNT + NOISE_OF_A_DOUBLE * Decimal(str(max(abs(float(before)), abs(float(after)))))
    return explained if part == "value" and abs(difference - explained) <= noise else difference


def _explained(one: Restated, part: str) -> Decimal:
    return sum((amount for (known, _), amount in one.amounts.items() if known == part), Decimal(0))


def _amount(one: Restated, part: str, cause: str) -> Decimal | None:
    """What came of a cause; 0 where the part is the same, or was taken apart and the cause is not named."""
    is_taken_apart = any(part == known for known, _ in one.amounts) or _difference(one, part) == 0
    return one.amounts.get((part, cause), Decimal(0)) if is_taken_apart else None


def _was_or_is_unknown(one: Restated) -> bool:
    """Whether a part that causes explain was unknown on one side, so that there is no difference to show."""
    return any(_difference(one, part) is None for part, _ in one.amounts)


def _leaves_a_rest(one: Restated) -> bool:
    """Whether the causes of a numerator or denominator do not sum to its difference."""
    for part in ("numerator", "denominator"):
        difference = _difference(one, part)
        if difference is not None and difference != _explained(one, part):
            return True
    return False
