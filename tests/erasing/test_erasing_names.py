"""Who is to be erased is said by a source and a file; whatever is wrong with either is said before anything is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.erasing import read_ids, source_named
from pipelines.failures import WrongUse
from pipelines.inbox import ReadingRules

RULES = ReadingRules("Europe/Amsterdam", b"a test pepper")


def read(folder: Path, content: str | bytes, source: str = "lead") -> list[str]:
    path = folder / "ids.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_ids(path, source, RULES)


@pytest.mark.parametrize(
    ("named", "source"),
    [
        ("lead", "lead"),
        ("Customer", "customer"),
        ("leads", "lead"),
        ("lead_stages", "lead"),
        ("deals", "lead"),
        ("orders", "customer"),
    ],
)
def test_a_source_has_its_own_name_or_that_of_its_export(named: str, source: str) -> None:
    assert source_named(named) == source


@pytest.mark.parametrize("named", ["", "ad_costs", "crm"])
def test_a_source_without_persons_is_refused(named: str) -> None:
    with pytest.raises(WrongUse, match="no persons come from it"):
        source_named(named)


CONTENTS: dict[str, str | bytes] = {
    "one per line": "L1\nL2\n",
    "no line end at the end": "L1\nL2",
    "line ends of Windows, a mark before it and blank lines": "\ufeffL1\r\n\r\n  \r\n L2 \r\n\r\n",
    "the column of an export": "lead_id\nL1\nL2\n",
    "a quoted column": '"Lead_ID"\n"L1"\n"L2"\n',
    "an empty second column": "lead_id,\nL1,\nL2,\n",
    "one of them twice": "L1\nL2\nL1\n",
    "as a spreadsheet saves Unicode": "L1\nL2\n".encode("utf-16"),
}


@pytest.mark.parametrize("what", CONTENTS)
def test_a_file_names_ids(tmp_path: Path, what: str) -> None:
    assert read(tmp_path, CONTENTS[what]) == ["L1", "L2"]


def test_an_address_is_understood_as_the_inbox_understands_it(tmp_path: Path) -> None:
    (one,) = read(tmp_path, "Jan@Example.com\njan@example.com\n")
    assert one.startswith("hmac:")


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "there is nothing in it"),
    "only blank lines": ("\n \n", "there is nothing in it"),
    "only a header": ("lead_id\n", "there is no id in it"),
    "two columns": ("lead_id,name\nL1,Jan\n", "line 1: there are 2 cells in it"),
    "two ids in a line": ("L1\nL2,L3\n", "line 2: there are 2 cells in it"),
    "the column of the other source": ("customer_id\nC1\n", "it holds the column customer_id, and --source says lead"),
    "an id that a spreadsheet rounded": ("L1\n1.2E+11\n", "line 2: a spreadsheet turned this id into a rounded number"),
    "a quote that never closes": ('L1\n"L2\n', "it cannot be read"),
    "no text": (b"\x00\x01\x02\x03" * 9, "it is not text"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_is_no_list_of_ids_is_refused(tmp_path: Path, what: str) -> None:
    content, why = REFUSED[what]
    with pytest.raises(WrongUse, match=why):
        read(tmp_path, content)


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="there is no such file"):
        read_ids(tmp_path / "nothing.txt", "lead", RULES)
    with pytest.raises(WrongUse, match="it cannot be read"):
        read_ids(tmp_path, "lead", RULES)
