"""What measures leave out, as their tables say in their header: `left out of a: b of c: words`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pipelines.configuration import Config
from pipelines.failures import WrongUse
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- What measures leave out for want of a figure: how many that are is another measure.
create table reference.measure_gap (
  measure          varchar not null comment 'name of the measure that leaves something out',
  missing_measure  varchar not null comment 'measure that counts what it leaves out',
  whole_measure    varchar not null comment 'measure that counts what it is left out of',
  words            varchar not null comment 'what they are and lack, in words that follow a number',
  primary key (measure)
) as
"""
WORD = "left out of "
GAP = re.compile(r"(\w+) of (\w+): (.+)")


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text.

    Raises:
        WrongUse: a header names what is left out in another way.
    """
    rows = sorted(row for table in tables.values() for row in _gaps(table))
    return HEADER + listed_rows(("measure", "missing_measure", "whole_measure", "words"), rows)


def _gaps(table: Table) -> Iterator[tuple[str, ...]]:
    for word, said in table.words.items():
        if word.startswith(WORD):
            found = GAP.fullmatch(said)
            if not found:
                raise WrongUse(table.name, f"`{word}: {said}`", "write it as `left out of a: b of c: words`")
            yield (word.removeprefix(WORD), *found.groups())
