"""What was told, to whom and when: one small file below KPI_DATA, so that nothing is told twice.

It is a file and no table of the warehouse, because it is also needed where the warehouse is not: while a run holds it,
when it cannot be opened, and by `kpi doctor --freshness` beside no daemon. Losing it costs a repeated message.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from pipelines.alerts.alert import Alert

FILE = "alerts.json"
REMINDED_AFTER = timedelta(days=7)


class Told(BaseModel):
    """Since when an alert stands, and when each way last delivered it."""

    first_at: AwareDatetime
    told_at: dict[str, AwareDatetime] = {}


_FILE_FORM = TypeAdapter(dict[str, Told])


@dataclass
class Memory:
    """The alerts that stand, by key; a moment is the wall time, UTC."""

    told: dict[str, Told] = field(default_factory=dict)
    is_changed: bool = field(default=False, init=False)

    def is_due(self, alert: Alert, way: str, now: datetime) -> bool:
        """Whether a way has to deliver an alert: it never did, or so long ago that people are reminded."""
        known = self.told.get(alert.key)
        told_at = known.told_at.get(way) if known else None
        # a moment in the future was noted by a clock that was wrong
        return told_at is None or not timedelta() <= now - told_at < REMINDED_AFTER

    def remember(self, alert: Alert, way: str, now: datetime) -> None:
        """Notes that a way delivered an alert."""
        self.told.setdefault(alert.key, Told(first_at=now)).told_at[way] = now
        self.is_changed = True

    def forget_what_is_over(self, standing: set[str], covers: tuple[str, ...]) -> None:
        """Drops the alerts of what was looked at and is well again, so that they are told when they come back."""
        over = [key for key in self.told if key.startswith(covers) and key not in standing]
        for key in over:
            del self.told[key]
            self.is_changed = True


def read_memory(folder: Path) -> Memory:
    """What is remembered below a folder; nothing when there is no file, or none that can be read."""
    try:
        return Memory(_FILE_FORM.validate_json((folder / FILE).read_bytes()))
    except (OSError, ValidationError):
        return Memory()


def write_memory(memory: Memory, folder: Path) -> None:
    """Replaces the file in one step; only its owner reads it.

    Raises:
        OSError: the folder cannot be written.
    """
    aside = folder / f".{FILE}.next"
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(_FILE_FORM.dump_json(dict(sorted(memory.told.items())), indent=2) + b"\n")
    aside.replace(folder / FILE)
