"""`kpi restatement`: why a closed month differs, an amount for every cause. The telling apart is in `snapshots`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Annotated, Any

import typer

from pipelines.cli.output import AsJson, show_json, show_rows
from pipelines.definitions import runtime_from_environment
from pipelines.failures import WrongUse
from pipelines.snapshots import (
    Restatement,
    month_of,
    reported_version,
    restate,
    side_of_build,
    side_of_version,
    version_of,
)
from pipelines.snapshots.sides import Cell

# of a value, which is a ratio more often than not; `--json` has all digits
VALUE_DECIMALS = 6
# whether the figures were known before and are known after -> what their difference is called
DIFFERENCE = {
    (True, True): "difference",
    (False, True): "difference, was unknown",
    (True, False): "difference, is unknown",
    (False, False): "difference, unknown",
}


def restatement(
    month: Annotated[str, typer.Argument(help="The month, as 2026-01.")],
    from_version: Annotated[
        int | None, typer.Option("--from", min=1, help="The older version; without it the reported one.")
    ] = None,
    to_version: Annotated[
        int | None, typer.Option("--to", min=1, help="The newer version; without it the present build.")
    ] = None,
    members: Annotated[bool, typer.Option("--members", help="Show every slice and member, not only totals.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell why a closed month differs between two versions, or between a version and now, cause by cause."""
    runtime, day = runtime_from_environment(), month_of(month)
    if from_version is not None and to_version is not None and from_version >= to_version:
        raise WrongUse(f"month {month}", f"version {from_version} is not older than {to_version}", "turn them round")
    with runtime.warehouse.looked_into(purpose="kpi restatement") as connection:
        older = from_version or reported_version(connection, day, before=to_version)
        if older is None:
            which = "no version" if to_version is None else f"no version before {to_version}"
            raise WrongUse(f"month {month}", f"there is {which} of it", "see `kpi status`")
        before = side_of_version(connection, version_of(connection, day, older))
        if to_version is None:
            after = side_of_build(connection, day)
        else:
            after = side_of_version(connection, version_of(connection, day, to_version))
    with runtime.warehouse.beside_scratch(purpose="kpi restatement") as scratch:
        found = restate(scratch, before, after)
    if as_json:
        show_json(_as_json(found))
        return
    show_restatement(found, members=members)


def show_restatement(found: Restatement, *, members: bool) -> None:
    """A row for every cause of every total that changed, and of the members when they are asked for."""
    before, after = found.before, found.after
    shown = [cell for cell in found.changed if members or cell[1] == "total"]
    rows = [_named(row, members) for cell in shown for row in _rows(found, cell)]
    title = f"{before.name} -> {after.name}: data up to {before.business_date} and up to {after.business_date}"
    others = len(found.changed) - len(shown)
    show_rows(rows, as_json=False, title=title, if_none=f"{title}: no {'total' if others else 'figure'} changed")
    if others:
        typer.echo(f"{others} figures of channels and other members changed too: --members shows them")
    if rows or others:
        typer.echo(f"the causes sum to every difference: residual {found.residual.normalize():f}")


def _rows(found: Restatement, cell: Cell) -> Iterator[dict[str, Any]]:
    """One row for every cause of a cell, closed by what they come to."""
    parts: dict[str, Decimal] = {}
    of_cell = [one for one in found.amounts if (one.kpi_id, one.slice, one.member) == cell]
    for cause, of_cause in groupby(of_cell, key=lambda one: one.cause):
        amounts = {one.part: one.amount for one in of_cause}
        parts = {part: parts.get(part, Decimal(0)) + amounts.get(part, Decimal(0)) for part in {**parts, **amounts}}
        yield _row(cell, cause, amounts)
    yield _row(cell, DIFFERENCE[found.is_known(cell)], parts)


def _row(cell: Cell, cause: str, parts: Mapping[str, Decimal]) -> dict[str, Any]:
    shown = {part: _signed(parts.get(part)) for part in ("numerator", "denominator")}
    shown["value"] = _signed(parts.get("value"), VALUE_DECIMALS)
    return dict(zip(("kpi", "slice", "member"), cell, strict=True)) | {"cause": cause, **shown}


def _named(row: dict[str, Any], members: bool) -> dict[str, Any]:
    return row if members else {name: value for name, value in row.items() if name not in ("slice", "member")}


def _signed(amount: Decimal | None, decimals: int | None = None) -> str:
    """An amount with its sign and no more digits than it has; so many decimals at most, unless it would be 0 then."""
    if amount is None:
        return ""
    return f"{((decimals is not None and round(amount, decimals)) or amount).normalize():+f}"


def _as_json(found: Restatement) -> dict[str, Any]:
    return {
        "month": found.month,
        "from": found.before.name,
        "to": found.after.name,
        "residual": found.residual,
        "amounts": [vars(one) for one in found.amounts],
    }
