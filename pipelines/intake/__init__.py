"""From sources into raw: what is due, reading it, storing it, and keeping what each source did.

The sources themselves know no warehouse and the loads know no source; here they meet. Dagster is not known.
"""

from pipelines.intake.files import FilesTaken, take_in_files
from pipelines.intake.ga4 import due_windows, first_day_due, take_in_report
from pipelines.intake.ga4_periods import asked_questions, due_questions, take_in_periods
from pipelines.intake.ga4_quota import quota_left, remember_quota
from pipelines.intake.known_files import known_files
from pipelines.intake.not_taken import NOT_TAKEN
from pipelines.intake.outcomes import Night, Outcome, failures_of, take_in, verdict_of
from pipelines.intake.raw_tables import create_raw_tables, raw_tables

__all__ = [
    "NOT_TAKEN",
    "FilesTaken",
    "Night",
    "Outcome",
    "asked_questions",
    "create_raw_tables",
    "due_questions",
    "due_windows",
    "failures_of",
    "first_day_due",
    "known_files",
    "quota_left",
    "raw_tables",
    "remember_quota",
    "take_in",
    "take_in_files",
    "take_in_periods",
    "take_in_report",
    "verdict_of",
]
