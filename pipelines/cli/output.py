"""How reading commands show what they found: a table for people, or `--json` for programs, from the same rows."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import PurePath
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def show_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool, title: str = "", if_none: str = "nothing") -> None:
    """Rows with the same keys: a table, or a JSON list; `if_none` is said to people when there is no row."""
    if as_json:
        show_json(list(rows))
        return
    console = Console()
    if not rows:
        console.print(if_none, markup=False, highlight=False)
        return
    table = Table(title=title or None, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for column, value in rows[0].items():
        is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        table.add_column(column.replace("_", " "), justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row.values()))
    console.print(table)


def show_json(value: Any) -> None:
    """One value as JSON on standard output; decimals and days are texts, so that nothing is rounded."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False, default=_as_text)
    sys.stdout.write("\n")


def _as_text(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal | PurePath):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
