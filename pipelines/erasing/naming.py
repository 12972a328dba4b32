"""Who is to be erased, as the person at the command line says it: a source and a file of ids.

An id is understood as the inbox understands it in an export, so that both find the same person.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from pipelines.configuration.problems import nearest
from pipelines.failures import WrongUse
from pipelines.inbox import KINDS, ReadingRules, Unreadable
from pipelines.inbox.cells import IDENTIFIER, Wrong
from pipelines.inbox.decoding import decode

FORM = "give a text file with one id per line"
# the column of an export -> the source whose persons it names
COLUMNS = {column.name: column.person for kind in KINDS.values() for column in kind.columns if column.person}
# a kind of file whose rows stand for persons -> their source: whom its first such column names
KINDS_OF_PERSONS = {
    kind.name: next(column.person for column in kind.columns if column.person)
    for kind in KINDS.values()
    if any(column.person for column in kind.columns)
}
SOURCES = tuple(sorted(set(COLUMNS.values())))


def source_named(text: str) -> str:
    """The source of persons: its own name, or the kind of file that their ids come from.

    Raises:
        WrongUse: no persons come from there.
    """
    told = text.strip().lower()
    source = told if told in SOURCES else KINDS_OF_PERSONS.get(told)
    if source is None:
        raise WrongUse(f"source {text}", "no persons come from it", nearest(told, (*SOURCES, *KINDS_OF_PERSONS)))
    return source


def read_ids(file: Path, source: str, rules: ReadingRules) -> list[str]:
    """The ids in a file, each once: one per line, or the column of an export with its header.

    Raises:
        WrongUse: the file is not there, holds no id, more than one column, the column of another source, or an id that
            a spreadsheet spoiled.
    """
    ids: dict[str, None] = {}
    for place, (line, cell) in enumerate(_cells(file)):
        if place == 0 and cell.lower() in COLUMNS:
            _refuse_other_source(file, cell.lower(), source)
            continue
        try:
            ids[str(IDENTIFIER.parse(cell, rules))] = None
        except Wrong as cause:
            raise WrongUse(f"{file} line {line}", cause.reason, cause.remedy) from None
    if not ids:
        raise WrongUse(str(file), "there is no id in it", FORM)
    return list(ids)


def _cells(file: Path) -> Iterator[tuple[int, str]]:
    """Every line that is not blank: its number and its one cell."""
    try:
        decoded = decode(file.read_bytes(), str(file))
        rows = csv.reader(decoded.lines(), strict=True)
        for cells in rows:
            filled = [one.strip() for one in cells if one.strip("\ufeff \t")]
            if len(filled) > 1:
                raise WrongUse(f"{file} line {rows.line_num}", f"there are {len(filled)} cells in it", FORM)
            yield from ((rows.line_num, one) for one in filled)
    except FileNotFoundError:
        raise WrongUse(str(file), "there is no such file", FORM) from None
    except OSError as error:
        raise WrongUse(str(file), f"it cannot be read ({error.strerror})", FORM) from None
    except Unreadable as problem:
        raise WrongUse(str(file), problem.why, FORM) from None
    except csv.Error as error:
        raise WrongUse(str(file), f"it cannot be read ({error})", FORM) from None


def _refuse_other_source(file: Path, column: str, source: str) -> None:
    if COLUMNS[column] != source:
        why = f"it holds the column {column}, and --source says {source}"
        raise WrongUse(str(file), why, f"say --source {COLUMNS[column]}, or give the other file")
