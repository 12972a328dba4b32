"""The document says what the table says, and the table leaves nothing out."""

from __future__ import annotations

import pytest
from failure_document import DOCUMENT, document
from failure_matrix import SOURCES, Source, failures_of_source


def test_the_document_is_what_make_docs_writes() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document()


@pytest.mark.parametrize("source", SOURCES)
def test_rows_have_names_of_their_own_and_every_outcome_a_quick_row(source: Source) -> None:
    failures = failures_of_source(source)
    names = [row.id for row in failures.rows]
    assert len(names) == len(set(names))
    assert {row.outcome for row in failures.rows if not row.long} == failures.outcomes.keys()
