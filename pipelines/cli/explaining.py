"""The command `kpi explain`: a number of a closed month, what it means, and every row that it sums.

What a certificate holds, and when there is none, is decided in `pipelines.snapshots`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.csv_files import write_csv
from pipelines.cli.output import AsJson, show_json, show_rows
from pipelines.definitions import runtime_from_environment
from pipelines.engines.duckdb import KEPT
from pipelines.failures import WrongUse
from pipelines.snapshots import Cell, Certificate, Certifier, FrozenMonth, Version, month_of, version_of

ROWS_PER_PAGE = 40


def explain(
    kpi: Annotated[str, typer.Argument(help="Id of the KPI, such as new_leads.")],
    month: Annotated[str, typer.Option(help="The closed month, as 2026-01.")],
    slice_name: Annotated[str, typer.Option("--slice", help="What the members divide, such as channel.")] = "total",
    member: Annotated[str, typer.Option(help="The member of the slice, such as Email.")] = "",
    version: Annotated[int | None, typer.Option(min=1, help="The version; without it the newest.")] = None,
    page: Annotated[int, typer.Option(min=1, help=f"Which {ROWS_PER_PAGE} of the rows are shown.")] = 1,
    csv: Annotated[Path | None, typer.Option(help="Write all rows to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Explain a number of a closed month: definition, figures, loads and the rows that sum to it."""
    runtime, day = runtime_from_environment(), month_of(month)
    with runtime.warehouse.beside_scratch(purpose="kpi explain") as scratch:
        frozen = version_of(scratch, day, version, KEPT)
        certificate = Certifier(FrozenMonth(scratch, frozen)).certificate(Cell(kpi, slice_name, member))
        if csv is not None:
            write_csv(csv, certificate.contributions.columns, certificate.contributions.rows())
        if as_json:
            show_json(_as_json(frozen, certificate))
        else:
            _show(frozen, certificate, page, csv)


def _as_json(version: Version, certificate: Certificate) -> dict[str, Any]:
    cell, contributions = certificate.cell, certificate.contributions
    return {
        "snapshot_id": version.snapshot_id,
        "business_date": version.business_date,
        "kpi_id": cell.kpi_id,
        "slice": cell.slice,
        "member": cell.member,
        **certificate.figures,
        "definition": dict(certificate.definition),
        "components": list(_components(certificate)),
        "loads": contributions.loads(),
        "rows": list(contributions.rows()),
    }


def _show(version: Version, certificate: Certificate, page: int, csv: Path | None) -> None:
    """The certificate for people: the number first, then what it rests on."""
    contributions = certificate.contributions
    pages = max(1, -(-contributions.number // ROWS_PER_PAGE))
    if page > pages:
        raise WrongUse(f"--page {page}", f"the last page is {pages}", "ask for a page that is there")
    title = f"{certificate.definition['name_en']}: {certificate.cell}, {version.snapshot_id}"
    _show_facts(certificate, version, title)
    if certificate.components:
        typer.echo("")
        show_rows([_readable(row) for row in _components(certificate)], as_json=False, title="Made of")
    if not contributions.number and certificate.figures["numerator"] is None:
        typer.echo("\nthere is no number, and no row")
        return
    if not contributions.number and certificate.definition["numerator_measure"] is None:
        return
    typer.echo("")
    show_rows(contributions.loads(), as_json=False, title="Loads")
    first = (page - 1) * ROWS_PER_PAGE
    rows = [_readable(row) for row in contributions.rows(first, ROWS_PER_PAGE)]
    where = f"rows {first + 1:,} to {first + len(rows):,} of {contributions.number:,}, page {page} of {pages}"
    typer.echo("")
    show_rows(_without_empty_columns(rows), as_json=False, title=f"Contributions, {where}")
    if page < pages and csv is None:
        typer.echo(f"--page {page + 1} shows the next rows, --csv FILE writes all of them")
    for name, part in sorted(contributions.sums.items(), reverse=True):
        typer.echo(f"the {name} {_exact(part.amount)} is the sum of {part.rows:,} row{'s' if part.rows > 1 else ''}")
    if csv is not None:
        typer.echo(f"all rows are in {csv}")


def _without_empty_columns(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """For people: a column in which none of these rows says anything only makes the table wide."""
    filled = {name for row in rows for name, value in row.items() if value not in (None, "")}
    return [{name: value for name, value in row.items() if name in filled} for row in rows]


def _show_facts(certificate: Certificate, version: Version, title: str) -> None:
    told = {name: value for name, value in certificate.figures.items() if value is not None}
    told |= {name: value for name, value in certificate.definition.items() if name != "name_en" and value is not None}
    told["business_date"] = version.business_date
    facts = [{"of the number": name.replace("_", " "), "frozen": str(_plain(value))} for name, value in told.items()]
    show_rows(facts, as_json=False, title=title)


def _components(certificate: Certificate) -> Iterator[dict[str, Any]]:
    """The KPIs that the number is made of, one a row."""
    for one in certificate.components:
        yield {
            "kpi_id": one.kpi_id, "slice": one.slice, "member": one.member, **one.figures, "taken_from": one.taken_from
        }  # fmt: skip


def _readable(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    """A number as people write it; what programs read keeps every digit."""
    if isinstance(value, float):
        return f"{value:.12g}"
    return _exact(value) if isinstance(value, Decimal) else value


def _exact(amount: Decimal) -> str:
    """An amount without the zeros that say nothing."""
    return f"{amount.normalize():,f}"
