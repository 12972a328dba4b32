"""One thing worth telling, and what a look at the pipeline found of them. What becomes of an alert is not said here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.privacy import masked_text, printable

Kind = Literal[
    "run failed", "check failed", "refused part", "source silent", "quota nearly used", "stale published file"
]
LONGEST_LINE = 600


@dataclass(frozen=True)
class Alert:
    """`message` is one line `what: why: what to do`; `subject` is what it is about, the same every time it is found."""

    kind: Kind
    subject: str
    message: str

    @property
    def key(self) -> str:
        """By this it is known again."""
        return f"{self.kind}/{self.subject}"

    @property
    def line(self) -> str:
        """The message as a line that does nothing but stand there, whatever names of files and campaigns are in it."""
        line = printable(" ".join(masked_text(self.message).split())).encode("utf-8", "replace").decode()
        return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"

    @property
    def text(self) -> str:
        """The line with what kind of alert it is, as addressees get it."""
        return f"[{self.kind}] {self.line}"


@dataclass(frozen=True)
class Look:
    """What is wrong now; an alert whose key begins with one of `covers` and is not among them is over."""

    alerts: tuple[Alert, ...] = ()
    covers: tuple[str, ...] = ()


def joined(looks: Iterable[Look]) -> Look:
    """Several looks as one, so that their alerts make one message."""
    each = list(looks)
    return Look(
        tuple(alert for look in each for alert in look.alerts), tuple(key for look in each for key in look.covers)
    )


def look_at_run(job: str, run_id: str, failures: Sequence[str]) -> Look:
    """A run that ended with these lines, or without any; the same failure of the same job is one alert."""
    covers = (f"run failed/{job}/",)
    if not failures:
        return Look((), covers)
    message = "; ".join(failures)
    # numbers in a message are ages, counts and ids: they differ when nothing else does
    same = hashlib.sha256(re.sub(r"\d+", "#", message).encode()).hexdigest()[:16]
    return Look((Alert("run failed", f"{job}/{same}", f"{job} {run_id[:8]}: {message}"),), covers)


def look_at_checks(evaluated: Mapping[str, str | None], *, are_all: bool = False) -> Look:
    """Checks as `table check` with a line when one does not hold; `are_all` says that no other check is made."""
    alerts = tuple(Alert("check failed", check, line) for check, line in evaluated.items() if line)
    return Look(alerts, ("check failed/",) if are_all else tuple(f"check failed/{check}" for check in evaluated))
