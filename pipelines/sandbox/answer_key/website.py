"""What GA4 shows on a morning: sessions that have arrived, and true distinct visitors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.sandbox.answer_key.channels import device_label, label
from pipelines.sandbox.answer_key.periods import Clock, period_start
from pipelines.sandbox.answer_key.tally import TOTAL, Cell, Tally
from pipelines.sandbox.truth import Truth

COLUMNS = ("started_at", "arrives_after_days", "channel", "device", "engaged", "visitor_id")
ORGANIC, MOBILE = "Organic Search", "mobile"


@dataclass(frozen=True)
class Session:
    """One session that GA4 already shows."""

    day: date
    channel: str
    device: str
    is_engaged: bool
    visitor_id: int


def visible_sessions(truth: Truth, clock: Clock) -> Iterator[Session]:
    """The sessions of days before today that have arrived."""
    for batch in truth.sessions.select(COLUMNS).to_batches():
        columns = (batch.column(name).to_pylist() for name in COLUMNS)
        for started_at, delay, channel, device, engaged, visitor in zip(*columns, strict=True):
            day = clock.day(started_at)
            if day + timedelta(days=delay) < clock.today:
                yield Session(day, label(channel), device_label(device), engaged, visitor)


def count_sessions(tally: Tally, sessions: list[Session]) -> None:
    """Sessions, and those that are organic, mobile or left at once."""
    alike = Counter((one.day, one.channel, one.device, one.is_engaged) for one in sessions)
    for (day, channel, device, is_engaged), number in alike.items():
        members = {"channel": channel, "device": device}
        tally.add("sessions", day, number, **members)
        tally.add("bounced_sessions", day, 0 if is_engaged else number, **members)
        tally.add("mobile_sessions", day, number if device == MOBILE else 0, **members)
        if channel == ORGANIC:
            tally.add("organic_sessions", day, number, **members)


def distinct_visitors(sessions: list[Session]) -> dict[tuple[str, Cell], int]:
    """Visitors per (grain, (period, slice, member)): days in total; months in total, by channel and by device."""
    seen: dict[tuple[str, Cell], set[int]] = {}
    for one in sessions:
        month = period_start("month", one.day)
        for grain, cell in (
            ("day", (one.day, *TOTAL)),
            ("month", (month, *TOTAL)),
            ("month", (month, "channel", one.channel)),
            ("month", (month, "device", one.device)),
        ):
            seen.setdefault((grain, cell), set()).add(one.visitor_id)
    return {key: len(visitors) for key, visitors in seen.items()}
