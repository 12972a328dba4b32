"""How reading commands show what they found: a table for people, or `--json` for programs, from the same rows.

What came from files and sources never acts on the terminal: its control characters are replaced, in JSON escaped.
"""

from __future__ import annotations

import json
import re
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

from pipelines.privacy import ACTS_ON_TERMINALS, printable

# what JSON leaves as it is; its own line breaks stand between values only, those inside are written as \n already
_ESCAPED_IN_JSON = re.compile(rf"(?!\n)(?:{ACTS_ON_TERMINALS.pattern}|[\ud800-\udfff])")

WIDTH_OF_A_PIPE = 240

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def show_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool, title: str = "", if_none: str = "nothing") -> None:
    """Rows with the same keys: a table, or a JSON list; `if_none` is said to people when there is no row."""
    if as_json:
        show_json(list(rows))
        return
    # a pipe has no width: what reads it wraps lines itself
    console = Console(width=None if sys.stdout.isatty() else WIDTH_OF_A_PIPE)
    if not rows:
        console.print(_shown(if_none), markup=False, highlight=False)
        return
    table = Table(
        title=Text(_shown(title)) if title else None,
        title_justify="left",
        box=None,
        header_style="bold",
        pad_edge=False,
    )
    for column, value in rows[0].items():
        is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        table.add_column(
            Text(_shown(column.replace("_", " "))), justify="right" if is_number else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text(_shown(value)) for value in row.values()))
    console.print(table)


def show_json(value: Any) -> None:
    """One value as JSON on standard output; decimals and days are texts, so that nothing is rounded."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=_as_text)
    sys.stdout.write(_ESCAPED_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n")


def _shown(value: object) -> str:
    """A value as one line that does nothing but stand there."""
    return "" if value is None else printable(" ".join(str(value).expandtabs(1).splitlines()))


def _as_text(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal | PurePath):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
