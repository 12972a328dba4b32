"""Why a file as a whole is not taken: it cannot be read, or it is not complete yet.

Rows that cannot be taken are no errors but rejected rows; see `typing_columns`.
"""

from __future__ import annotations

from pipelines.failures import DataFailed

# how the reason of a file begins that is ignored
NOTHING_IS_MADE = "nothing is made of it"


class Unreadable(DataFailed):
    """A file that cannot be read at all: it stays where it is, with one row in meta.file that says why."""

    state = "unreadable"


class Ignored(Unreadable):
    """A file that is known and of which nothing is made: nobody has to do anything."""

    state = "loaded"


class Waiting(Unreadable):
    """A file that is still being written or may not be read: it is looked at again in the next run."""

    state = "waiting"
