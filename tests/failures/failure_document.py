"""Writes docs/failures.md out of the table of failures: `python tests/failures/failure_document.py`.

What is in the table belongs to `failure_matrix`.
"""

from __future__ import annotations

from pathlib import Path

from failure_matrix import SOURCES, Failures, Outcome, Row, failures_of_source

from pipelines.sandbox.ga4_wordings import REFUSALS

DOCUMENT = Path(__file__).parents[2] / "docs" / "failures.md"
TITLES = {"ga4": "Google Analytics 4", "mailchimp": "Mailchimp", "inbox": "Files in the inbox"}
BEGINNING = """\
# What happens when a source fails

<!-- made by `make docs` out of tests/failures/matrix/; every row is lived through by a test -->

Every failure that the sources are known for, what a night makes of it, and what its user reads. A night always ends in
one of a few ways; each table says which one, and the list above it says what that means.

- **Exit code**: 0 done, 1 a check or the data failed, 2 wrong use or configuration, 3 a source could not be read. A
  source that could not be read makes the night red with 3, whatever the reason: the other sources are read, everything
  is built, and the mart is published from the last accepted loads. With `on_failure: hold` in `config/sources.yaml` the
  night ends there, readers keep yesterday's mart, and the exit code is that of the failure itself.
- **Lines**: each failure is one line on standard error, `what: why: what to do`; the last part is the remedy below.
  `kpi status` shows them again, and so does `kpi doctor`.
- A check of severity error makes the exit code 1 although the mart is published; one that blocks leaves readers
  yesterday's mart.
- Waiting times are those of a run; nothing ever waits for a quota to come back.
"""


def document() -> str:
    """The whole text."""
    return "\n".join([BEGINNING, *(_of_source(failures_of_source(source)) for source in SOURCES)])


def _of_source(failures: Failures) -> str:
    outcomes = [_outcome(name, one) for name, one in failures.outcomes.items()]
    head = ["What happens", "Code", "In its words", "What the pipeline does", "Ends as", "Exit", "Remedy"]
    rows = [_line(head), _line(["---"] * len(head)), *(_line(_cells(failures, row)) for row in failures.rows)]
    return "\n".join([f"## {TITLES[failures.source]}", "", *outcomes, "", *rows, ""])


def _outcome(name: str, outcome: Outcome) -> str:
    return f"- **{_readable(name)}** (exit {outcome.exit_code}). Loads: {outcome.parts} Published: {outcome.published}"


def _cells(failures: Failures, row: Row) -> list[str]:
    wording = row.wording or (REFUSALS[row.plan["refusal"]][1] if "refusal" in row.plan else "")
    said = f"`{wording}`" if wording and wording not in ("nothing", "an empty body") else wording
    remedy = f"{row.remedy} ...`" if row.remedy.count("`") % 2 else row.remedy
    exit_code = str(failures.outcomes[row.outcome].exit_code)
    return [row.happens, row.code, said, row.does, _readable(row.outcome), exit_code, remedy]


def _readable(name: str) -> str:
    return name.replace("_", " ")


def _line(cells: list[str]) -> str:
    """A row of a table; a bar or a new line would end its cell."""
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
