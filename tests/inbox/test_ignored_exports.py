"""Files that are known and of which nothing is made: told so, in any language, and never a row."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from export_corpus import IGNORED, TEXTS, rules
from vendor_dialect import languages_of, several

from pipelines.inbox import Ignored, Persons, discover, read_file


def headers(dialect: str, language: str) -> list[list[str]]:
    """A header for each wording of the first column, the others as that language calls them."""
    said = yaml.safe_load(TEXTS[dialect])
    first, *others = {**said["columns"], **said.get("further", {})}.values()
    rest = [several(one.get(language) or next(iter(one.values())))[0] for one in others]
    return [[wording, *rest] for wording in several(first.get(language) or next(iter(first.values())))]


CASES = [
    (dialect, language, header)
    for dialect in IGNORED
    for language in languages_of(TEXTS[dialect])
    for header in headers(dialect, language)
]


@pytest.mark.parametrize("folder", ["", "kind"])
@pytest.mark.parametrize(("dialect", "language", "header"), CASES, ids=lambda one: one if isinstance(one, str) else "")
def test_nothing_is_made_of_an_export_that_says_nothing(
    tmp_path: Path, dialect: str, language: str, header: list[str], folder: str
) -> None:
    inbox = tmp_path / (yaml.safe_load(TEXTS[dialect])["kind"] if folder else "")
    inbox.mkdir(exist_ok=True)
    line = ",".join(f'"{cell}"' for cell in header)
    (inbox / "export.csv").write_text(f"{line}\n{','.join('1' for _ in header)}\n")
    (found,) = discover(tmp_path, [])
    with pytest.raises(Ignored) as told:
        read_file(found, rules(), Persons(b"a test pepper"))
    assert (told.value.state, told.value.why, told.value.remedy) == (
        "loaded", f"nothing is made of it ({dialect})", IGNORED[dialect],
    )  # fmt: skip
