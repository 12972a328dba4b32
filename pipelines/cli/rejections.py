"""`kpi inbox rejected`: the rows that were not taken and still lack, the worst file first, equal ones summed up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import groupby
from typing import Annotated, Any

import duckdb
import typer

from pipelines.cli.output import AsJson, show_rows
from pipelines.configuration.sources import Inbox
from pipelines.definitions import runtime_from_environment
from pipelines.loads import create_meta_tables, rejected_rows, rejections_with_values

Rows = list[dict[str, Any]]
OF_A_ROW = ("path", "kind", "line", "column", "value", "reason", "remedy")
NO_ROW = "no row was rejected, or every file that had some was corrected or taken back"
WAY_OUT = (
    "Correct a file where it comes from and put it in the inbox again under the same name: then these rows are over. "
    "`kpi retract LOAD --note ...` takes a whole file back."
)


def rejected(
    file: Annotated[str | None, typer.Option(help="Only this file below the inbox; * stands for any text.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Each row by itself, nothing summed up.")] = False,
    as_json: AsJson = False,
) -> None:
    """Rows of files that could not be taken: file, line, column, value, why, and how to correct them."""
    runtime = runtime_from_environment()
    statement = rejected_rows() if every or as_json else rejections_with_values()
    with runtime.warehouse.opened_for_reading(purpose="kpi inbox rejected") as connection:
        create_meta_tables(connection)
        rows = [row for row in _rows(connection, statement) if file is None or fnmatchcase(row["path"], file)]
    if as_json or not rows:
        show_rows(rows, as_json=as_json, if_none=NO_ROW)
        return
    if every:
        show_rows([{name: row[name] for name in OF_A_ROW} for row in rows], as_json=False)
        return
    for title, lines in _by_file(rows, runtime.config.sources.inbox):
        show_rows(lines, as_json=False, title=title)
        typer.echo()
    typer.echo(WAY_OUT)


def share_of(part: int, whole: int) -> str:
    """A share as a percentage, small ones too."""
    return f"{100 * part / whole:.3g} %"


def _by_file(rows: Rows, limits: Inbox) -> Iterator[tuple[str, Rows]]:
    """A heading for each file, of each kind that it holds, and its reasons, the most frequent first."""
    worst_first = sorted(rows, key=lambda row: (-row["rows_rejected"] / row["rows_in"], row["path"], row["kind"]))
    for _, reasons in groupby(worst_first, key=lambda row: (row["path"], row["kind"])):
        of_file = list(reasons)
        yield _heading(of_file, limits), [_shown(row) for row in of_file]


def _heading(reasons: Rows, limits: Inbox) -> str:
    row = reasons[0]
    lacking, held = row["rows_rejected"], row["rows_in"]
    file = row["path"] if row["path"].startswith(f"{row['kind']}/") else f"{row['path']} as {row['kind']}"
    told = f"{file} (load {row['load_id']}): {lacking} of {held} rows rejected, {share_of(lacking, held)}"
    could_not_be_taken = sum(one["rows"] for one in reasons if not one["is_of_erased"])
    is_judged = held >= limits.stop_from_rows
    stops = is_judged and could_not_be_taken > limits.stop_above_share_rejected * held
    return f"{told}: nothing is published while it stands" if stops else told


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "rows": row["rows"],
        "lines": row["lines"],
        "column": row["column_name"] or "(the whole line)",
        "value": _value(row["value"], row["value_count"]),
        "why": f"{row['reason']}, or alike" if row["wordings"] > 1 else row["reason"],
        "how_to_fix": row["remedy"],
    }


def _value(first: str | None, count: int) -> str:
    return f"{first or ''} and {count - 1} others" if count > 1 else first or ""


def _rows(connection: duckdb.DuckDBPyConnection, statement: str) -> Rows:
    found = connection.execute(statement)
    names: Sequence[str] = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
