"""`config/channels.csv` and `config/exclusions.csv`: which channel a lead, order, deal or cost belongs to.

Rules are rows; nothing here applies them, the staging tables do.
"""

from __future__ import annotations

from pydantic import Field

from pipelines.configuration.located_csv import read_rows
from pipelines.configuration.problems import Problems
from pipelines.configuration.strict import StrictModel, Text

# GA4 reference, "Default channel group values": a list to offer and to check names against, never an enum for GA4 rows.
GA4_CHANNELS = (
    "Direct",
    "Cross-network",
    "Paid Shopping",
    "Paid Search",
    "Paid Social",
    "Paid Video",
    "Display",
    "Paid Other",
    "Organic Shopping",
    "Organic Social",
    "Organic Video",
    "Organic Search",
    "Referral",
    "Email",
    "Affiliates",
    "Audio",
    "SMS",
    "Mobile Push Notifications",
    "AI Assistant",
    "Unassigned",
)
PATTERNS = ("source", "medium", "campaign", "platform")


class _ChannelRow(StrictModel):
    """One row of channels.csv; an empty pattern matches anything."""

    source: str
    medium: str
    campaign: str
    platform: str
    channel: Text


class ChannelRule(_ChannelRow):
    """A row of the channel map with its place in the order: the lowest matching position wins."""

    position: int = Field(ge=1)


class Exclusion(StrictModel):
    """A source that is no source (a payment page, the own site): its rows belong to `channel`."""

    source: Text
    channel: Text
    reason: Text


def like_pattern(glob: str) -> str:
    r"""A glob as a lower-case SQL LIKE pattern for ``like ... escape '\'``; an empty glob matches anything."""
    if not glob:
        return "%"
    escaped = glob.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")


def read_channel_rules(text: str, file: str) -> tuple[ChannelRule, ...]:
    """The channel map in its order.

    Raises:
        WrongUse: a wrong column, a row without a channel or without a pattern, or a row that can never match.
    """
    by_line = read_rows(text, file, _ChannelRow, (*PATTERNS, "channel"))
    problems = Problems(file)
    winners: dict[tuple[str, ...], int] = {}
    for line, row in by_line.items():
        patterns = (row.source.lower(), row.medium.lower(), row.campaign.lower(), row.platform.lower())
        if not any(patterns):
            problems.add(line, "the rule matches everything", "give it a source, medium, campaign or platform")
        elif patterns in winners:
            problems.add(line, f"line {winners[patterns]} has the same patterns and wins", "remove one of the two")
        winners.setdefault(patterns, line)
    problems.raise_if_any()
    return tuple(ChannelRule(position=position, **row.model_dump()) for position, row in enumerate(by_line.values(), 1))


def read_exclusions(text: str, file: str) -> dict[int, Exclusion]:
    """The excluded sources by line.

    Raises:
        WrongUse: a wrong column or an empty cell.
    """
    return read_rows(text, file, Exclusion, ("source", "channel", "reason"))
