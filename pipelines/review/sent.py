"""Which versions were mailed, and when each recipient got them: one small file below KPI_DATA.

Losing it repeats nothing: then only what the run at hand closed is due.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

FILE = "mailed_reviews.json"


class Sent(BaseModel):
    """Who got a version and when, by a hash of the address; `is_over` is one of which nothing is due any more."""

    is_over: bool = False
    sent_at: dict[str, AwareDatetime] = {}


_FORM = TypeAdapter(dict[str, Sent])


def read_sent(folder: Path) -> dict[str, Sent] | None:
    """What is remembered, by snapshot; None when there is no file, or none that can be read."""
    try:
        return _FORM.validate_json((folder / FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def write_sent(sent: dict[str, Sent] | None, folder: Path) -> None:
    """Replaces the file in one step, or removes it; only its owner reads it.

    Raises:
        OSError: the folder cannot be written.
    """
    if sent is None:
        (folder / FILE).unlink(missing_ok=True)
        return
    aside = folder / f".{FILE}.next"
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(_FORM.dump_json(dict(sorted(sent.items())), indent=2) + b"\n")
    aside.replace(folder / FILE)
