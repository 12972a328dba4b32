"""Cells in which a spreadsheet says that it has no value: they reject their row in every format and column."""

from __future__ import annotations

from pipelines.inbox.cells import Wrong

# how a workbook's formula is told that was never calculated, because no spreadsheet has saved it
NOT_CALCULATED = "#NOT_CALCULATED!"
ERRORS = frozenset(
    {
        "#BLOCKED!", "#BUSY!", "#CALC!", "#CONNECT!", "#DIV/0!", "#EXTERNAL!", "#FIELD!", "#GETTING_DATA", "#N/A",
        "#NAME?", "#NULL!", "#NUM!", "#PYTHON!", "#REF!", "#SPILL!", "#UNKNOWN!", "#VALUE!",
    }
)  # fmt: skip


def refuse_spreadsheet_error(cell: str) -> None:
    """Lets every other text pass.

    Raises:
        Wrong: the cell holds an error instead of a value.
    """
    if cell == NOT_CALCULATED:
        raise Wrong("a formula without its value", "open the file in Excel and save it again")
    if cell in ERRORS:
        raise Wrong("an error of the spreadsheet instead of a value", "mend the formula, or leave the cell empty")
