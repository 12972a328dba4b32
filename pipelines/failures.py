"""What can go wrong, as types: each carries what, why and what to do, and its exit code.

Nothing here decides what happens next; callers catch the kind they can handle.
"""

from __future__ import annotations


class KpiError(Exception):
    """One line for people: ``what: why: what to do``. Everything is in ``args``, so it survives pickling."""

    exit_code = 1

    def __init__(self, what: str, why: str, remedy: str) -> None:
        super().__init__(what, why, remedy)
        self.what, self.why, self.remedy = what, why, remedy

    def __str__(self) -> str:
        return f"{self.what}: {self.why}: {self.remedy}"


class DataFailed(KpiError):
    """A check or the data failed; nothing is published."""

    exit_code = 1


class WrongUse(KpiError):
    """A command, a setting or a configuration file is wrong."""

    exit_code = 2


class SourceUnavailable(KpiError):
    """A source cannot be read now; the mart is still published from the last accepted loads."""

    exit_code = 3


class NotThereYet(SourceUnavailable):
    """The source asks to come back later (quota, report not ready); never slept on."""
