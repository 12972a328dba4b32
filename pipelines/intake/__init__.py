"""From sources into raw: what is due, reading it, storing it, and keeping what each source did.

The sources themselves know no warehouse and the loads know no source; here they meet. Dagster is not known.
"""

from pipelines.intake.files import FilesTaken, known_files, take_in_files
from pipelines.intake.ga4 import due_window, first_day_due, take_in_report, whole_months
from pipelines.intake.outcomes import Night, Outcome, failures_of, take_in
from pipelines.intake.raw_tables import create_raw_tables

__all__ = [
    "FilesTaken",
    "Night",
    "Outcome",
    "create_raw_tables",
    "due_window",
    "failures_of",
    "first_day_due",
    "known_files",
    "take_in",
    "take_in_files",
    "take_in_report",
    "whole_months",
]
