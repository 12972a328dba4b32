"""Whatever a company books and however it divides it: days and channels sum to the invoice, and no cent is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worked_cases import Bench, Case

pytestmark = pytest.mark.nights

GIVEN = ("staging.cost", "staging.exchange_rate", "facts.ad_cost", "facts.lead", "reference.cost_driver")
MADE = ("reference.exchange_rate", "facts.channel_of_traffic", "facts.cost_day", "marts.cost_day")
UNALLOCATED = "(unallocated)"
BUSINESS_DATE = date(2026, 9, 8)
# a rate counts until the next one; francs have none
RATES = {
    "USD": {date(2018, 1, 2): Decimal("0.833333333333"), date(2022, 6, 15): Decimal("0.957854406130")},
    "JPY": {date(2018, 1, 2): Decimal("0.007389344565")},
}
# leap days, the nights of the clock, and a period that begins in months that are not over
SPECIAL_DAYS = (
    date(2020, 2, 29), date(2023, 12, 31), date(2024, 2, 28), date(2024, 3, 30), date(2024, 10, 26), date(2026, 8, 1),
    BUSINESS_DATE,
)  # fmt: skip
CHANNELS = ("Direct", "Email", "Paid Search", "Paid Social", "Zeppelin")
SENT = {" email ": "Email", "paid search": "Paid Search", "Fair in Utrecht": "Unassigned"}
# cost -> day -> channel -> cents
Entries = dict[int, dict[date, dict[str, int | None]]]
THOROUGHLY = settings(max_examples=100, deadline=None, derandomize=True)
MORE_THOROUGHLY = settings(THOROUGHLY, max_examples=300)


@dataclass(frozen=True)
class Cost:
    """One row of the books."""

    period_start: date
    days: int
    amount: Decimal
    currency: str
    category: str
    allocation: str
    channel: str | None

    @property
    def every_day(self) -> list[date]:
        """The days it belongs to."""
        return [self.period_start + timedelta(number) for number in range(self.days)]

    @property
    def period_end(self) -> date:
        """The last of them."""
        return self.every_day[-1]

    @property
    def cents(self) -> int | None:
        """The invoice in euro cents, by the last rate on or before its first day; None without one."""
        if self.currency == "EUR":
            rate = Decimal(1)
        else:
            known = {day: rate for day, rate in RATES.get(self.currency, {}).items() if day <= self.period_start}
            if not known:
                return None
            rate = known[max(known)]
        return int((self.amount * rate).quantize(Decimal("0.01"), ROUND_HALF_UP) * 100)


@dataclass(frozen=True)
class Books:
    """What was booked, and what divides it: leads and media cents by month and channel, fixed shares by category."""

    costs: tuple[Cost, ...]
    shares: dict[str, dict[str, int]]
    media: dict[tuple[date, str], int]
    leads: dict[tuple[date, str], int]

    def weights(self, cost: Cost, day: date) -> dict[str, int]:
        """By which channels a cost of a day is divided; none leaves it unallocated."""
        if cost.channel is not None and cost.channel.strip():
            return {SENT[cost.channel]: 1}
        if cost.allocation == "fixed":
            return self.shares.get(cost.category, {})
        by_month = {"media_share": self.media, "leads": self.leads}.get(cost.allocation, {})
        month = day.replace(day=1)
        return {channel: weight for (of, channel), weight in by_month.items() if of == month and weight > 0}


def amounts() -> st.SearchStrategy[Decimal]:
    """Of one cent, of millions, with six places, and credit notes."""
    return st.one_of(
        st.integers(-300, 300).map(lambda cents: Decimal(cents) / 100),
        st.integers(-9_000_000_00, 9_000_000_00).map(lambda cents: Decimal(cents) / 100),
        st.integers(-(10**11), 10**11).map(lambda millionths: Decimal(millionths) / 10**6),
    )


COST = st.builds(
    Cost,
    period_start=st.one_of(st.sampled_from(SPECIAL_DAYS), st.dates(date(2019, 1, 1), date(2026, 12, 31))),
    days=st.one_of(st.integers(1, 4), st.integers(1, 62), st.sampled_from((365, 366, 1_461))),
    amount=amounts(),
    currency=st.sampled_from(("EUR", "EUR", "USD", "JPY", "CHF")),
    category=st.sampled_from(("software", "staff", "events")),
    allocation=st.sampled_from(("fixed", "media_share", "leads", "none", "by moonlight")),
    channel=st.sampled_from((None, None, None, "", "  ", *SENT)),
)


@st.composite
def books(draw: st.DrawFn) -> Books:
    """A few invoices or instalments side by side, with drivers for some of their categories and months only."""
    costs = draw(st.lists(COST, min_size=1, max_size=4))
    shares = st.lists(st.integers(1, 10**9), min_size=1, max_size=len(CHANNELS))
    by_category = draw(st.dictionaries(st.sampled_from(("software", "staff")), shares))
    months = {day.replace(day=1) for cost in costs for day in (cost.period_start, cost.period_end)}
    cells = st.tuples(st.sampled_from(sorted(months)), st.sampled_from(CHANNELS))
    return Books(
        tuple(costs),
        {category: dict(zip(CHANNELS, weights, strict=False)) for category, weights in by_category.items()},
        # a platform may credit more than it bills
        draw(st.dictionaries(cells, st.integers(-50_000, 5_000_000), max_size=6)),
        draw(st.dictionaries(cells, st.integers(1, 3), max_size=6)),
    )


class Ledger:
    """The tables of the ledger, made anew by their own texts for every company that is given."""

    def __init__(self) -> None:
        self._bench = Bench(Case("marts.cost_day", "any books", {table: [] for table in GIVEN}))
        self._bench.need(self._bench.project.tables["marts.cost_day"])

    def close(self) -> None:
        """Lets the database go."""
        self._bench.connection.close()

    def of(self, given: Books) -> Entries:
        """cost -> day -> channel -> cents, as the mart says; None without a rate."""
        for table in GIVEN:
            self._bench.connection.execute(f"delete from {table}")
        self._insert("staging.cost", _cost_rows(given))
        self._insert("staging.exchange_rate", _rate_rows())
        self._insert("reference.cost_driver", _share_rows(given))
        self._insert("facts.ad_cost", _media_rows(given))
        self._insert("facts.lead", _lead_rows(given))
        for table in MADE:
            self._bench.connection.execute(self._bench.project.tables[table].statement())
        found: Entries = {}
        for cost_id, day, channel, amount in self._bench.connection.execute(
            "select cost_id, day, channel, amount_eur from marts.cost_day where scope <> 'media'"
        ).fetchall():
            days = found.setdefault(int(cost_id), {})
            assert channel not in days.setdefault(day, {}), f"{cost_id} has {channel} twice on {day}"
            days[day][channel] = None if amount is None else _whole(amount * 100)
        return found

    def _insert(self, table: str, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            names = ", ".join(row)
            marks = ", ".join("?" for _ in row)
            self._bench.connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))


def _whole(cents: Decimal) -> int:
    assert cents == int(cents), f"{cents} cents"
    return int(cents)


def _cost_rows(given: Books) -> list[dict[str, Any]]:
    return [
        {
            "cost_id": str(number),
            **{name: value for name, value in vars(cost).items() if name != "days"},
            "period_end": cost.period_end,
            "load_id": 1,
        }
        for number, cost in enumerate(given.costs)
    ]


def _rate_rows() -> list[dict[str, Any]]:
    return [
        {"day": day, "currency": currency, "units_per_eur": 1, "eur_per_unit": rate, "load_id": 1}
        for currency, rates in RATES.items()
        for day, rate in rates.items()
    ]


def _share_rows(given: Books) -> list[dict[str, Any]]:
    return [
        {"category": category, "channel": channel, "weight": weight}
        for category, weights in given.shares.items()
        for channel, weight in weights.items()
    ]


def _media_rows(given: Books) -> list[dict[str, Any]]:
    return [
        {"row_key": number, "day": month, "channel": channel, "platform": "meta", "spend_eur": Decimal(cents) / 100}
        for number, ((month, channel), cents) in enumerate(given.media.items())
    ]


def _lead_rows(given: Books) -> list[dict[str, Any]]:
    created = [cell for cell, leads in given.leads.items() for _ in range(leads)]
    return [
        {"person_key": number, "created_day": month, "channel": channel}
        for number, (month, channel) in enumerate(created)
    ]


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    one = Ledger()
    yield one
    one.close()


@MORE_THOROUGHLY
@given(books())
def test_days_and_channels_of_every_cost_sum_to_its_invoice(ledger: Ledger, given_books: Books) -> None:
    entries = ledger.of(given_books)
    for number, cost in enumerate(given_books.costs):
        parts = [cents for channels in entries[number].values() for cents in channels.values()]
        if cost.cents is None:
            assert set(parts) == {None}, "without a rate the euros are unknown, not 0"
        else:
            assert sum(parts) == cost.cents


@THOROUGHLY
@given(books())
def test_every_day_of_a_cost_is_there_and_bears_the_same_but_the_last(ledger: Ledger, given_books: Books) -> None:
    entries = ledger.of(given_books)
    assert set(entries) == set(range(len(given_books.costs)))
    for number, cost in enumerate(given_books.costs):
        assert sorted(entries[number]) == cost.every_day
        if cost.cents is not None:
            a_day = abs(cost.cents) // cost.days
            *before, last = (sum(entries[number][day].values()) for day in cost.every_day)
            assert {abs(cents) for cents in before} <= {a_day}
            assert abs(last) == abs(cost.cents) - a_day * (cost.days - 1)


@THOROUGHLY
@given(books())
def test_no_part_of_a_cost_is_of_the_other_sign(ledger: Ledger, given_books: Books) -> None:
    entries = ledger.of(given_books)
    for number, cost in enumerate(given_books.costs):
        parts = [cents for channels in entries[number].values() for cents in channels.values()]
        assert cost.cents is None or all(cents * cost.cents >= 0 for cents in parts)


@THOROUGHLY
@given(books())
def test_every_channel_with_a_weight_bears_its_share_and_what_none_has_is_unallocated(
    ledger: Ledger, given_books: Books
) -> None:
    entries = ledger.of(given_books)
    for number, cost in enumerate(given_books.costs):
        for day, channels in entries[number].items():
            weights = given_books.weights(cost, day) or {UNALLOCATED: 1}
            assert set(channels) == set(weights)
            if cost.cents is None:
                continue
            *others, last = sorted(channels)
            of_day, together = sum(channels.values()), sum(weights.values())
            for channel in others:
                # cut down to the cent, towards zero
                assert 0 <= abs(Fraction(of_day * weights[channel], together)) - abs(channels[channel]) < 1
            # of the others at most a cent each is left to the last
            assert 0 <= abs(channels[last]) - abs(Fraction(of_day * weights[last], together)) < len(weights)
