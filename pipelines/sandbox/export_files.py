"""A file that a system of the demo company hands out: its kind, its header and its rows as canonical CSV.

Which rows a system knows on a morning belongs to `exports` and the modules beside it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.sandbox.truth import Truth

EXPORT_TIME = time(6)
Cell = str | bool | int | Decimal | date | datetime | None
Row = Mapping[str, Cell]


@dataclass(frozen=True)
class ExportFile:
    """One file of a morning; `header` is its first line, and the columns that are taken from each row.

    `name` tells files of one kind apart.
    """

    kind: str
    header: str
    rows: Iterable[Row]
    name: str = ""

    def write(self, inbox: Path, as_of: date, time_zone: str) -> Path:
        """Write ``inbox/<kind>/<name or kind>_<as_of>.csv``; the same bytes every time."""
        path, zone = inbox / self.kind / f"{self.name or self.kind}_{as_of}.csv", ZoneInfo(time_zone)
        columns, text = self.header.split(","), io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_text(row.get(name), zone) for name in columns] for row in self.rows)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.getvalue(), encoding="utf-8")
        return path


# what a system hands out on a morning
Exporter = Callable[[Truth, date], Iterable[ExportFile]]


def is_past(moment: datetime, as_of: date, time_zone: str) -> bool:
    """Whether an export of that morning can know of the moment."""
    return moment < datetime.combine(as_of, EXPORT_TIME, ZoneInfo(time_zone))


def _text(cell: Cell, zone: ZoneInfo) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.astimezone(zone).isoformat()
    return str(cell)
