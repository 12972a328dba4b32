"""The expected rows of marts.campaign_month and marts.ad_month: what each member cost and brought."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.marts import Value, ratio
from pipelines.sandbox.answer_key.money import decimal
from pipelines.sandbox.answer_key.periods import period_start
from pipelines.sandbox.answer_key.rules import Rules
from pipelines.sandbox.truth import Truth

Member = tuple[str, ...]
Event = tuple[date, Member, str, Fraction | int]


# what stands where nothing names a campaign or advertisement
NO_NAMES = {"(unknown)", "(unallocated)", "(not set)", "(direct)", "(organic)", "(referral)", "(ai-assistant)"}


@dataclass
class _Brought:
    """What one member of a month cost and brought."""

    spend_media_eur: Fraction = Fraction(0)
    impressions: Fraction = Fraction(0)
    clicks: Fraction = Fraction(0)
    leads: Fraction = Fraction(0)
    mqls: Fraction = Fraction(0)
    customers: Fraction = Fraction(0)
    revenue_eur: Fraction = Fraction(0)

    @property
    def figures(self) -> dict[str, Fraction]:
        """Every figure by its column."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def expected_ad_month(truth: Truth, today: date, rules: Rules) -> dict[tuple[date, Member], dict[str, Value]]:
    """(month, (channel, campaign, ad)) -> the columns of marts.ad_month."""
    return _rows(Books(truth, today, rules), ("channel", "campaign", "ad"))


def expected_campaign_month(truth: Truth, today: date, rules: Rules) -> dict[tuple[date, Member], dict[str, Value]]:
    """(month, (channel, campaign)) -> the columns of marts.campaign_month."""
    return _rows(Books(truth, today, rules), ("channel", "campaign"))


def _rows(books: Books, names: tuple[str, ...]) -> dict[tuple[date, Member], dict[str, Value]]:
    found: dict[tuple[date, Member], _Brought] = {}
    for day, member, figure, amount in _events(books):
        one = found.setdefault((period_start("month", day), member[: len(names)]), _Brought())
        setattr(one, figure, getattr(one, figure) + amount)
    places = _places(found)
    return {
        (month, member): {
            **dict(zip(names, member, strict=True)),
            "place": places.get((month, member)),
            **{name: _value(name, amount) for name, amount in one.figures.items()},
            "cpl_eur": ratio(one.spend_media_eur, one.leads) if one.spend_media_eur else None,
            "cost_per_mql_eur": ratio(one.spend_media_eur, one.mqls) if one.spend_media_eur else None,
            "roas": ratio(one.revenue_eur, one.spend_media_eur),
        }
        for (month, member), one in found.items()
    }


def _value(name: str, amount: Fraction) -> Value:
    return decimal(amount) if name.endswith("_eur") else int(amount)


def _places(found: dict[tuple[date, Member], _Brought]) -> dict[tuple[date, Member], int]:
    """Within a month by MQLs, then leads, then the least spend; what names no member has none."""
    named = [key for key in found if key[1][-1] not in NO_NAMES]
    ordered = sorted(named, key=lambda key: (-found[key].mqls, -found[key].leads, found[key].spend_media_eur, key[1]))
    places: dict[tuple[date, Member], int] = {}
    for month in {month for month, _ in found}:
        places |= {key: place for place, key in enumerate((key for key in ordered if key[0] == month), start=1)}
    return places


def _events(books: Books) -> Iterator[Event]:
    for spend in books.spends:
        member = (spend.channel, spend.campaign, spend.ad)
        yield spend.day, member, "spend_media_eur", spend.amount_eur
        yield spend.day, member, "impressions", spend.impressions
        yield spend.day, member, "clicks", spend.clicks
    for person in books.persons:
        member = (person.channel, person.campaign, person.ad)
        yield person.created_day, member, "leads", 1
        if "mql" in books.reached[person.person_id]:
            yield books.reached[person.person_id]["mql"], member, "mqls", 1
    for customer in books.customers():
        yield customer.day, customer.lead_member, "customers", 1
    for one in books.revenue():
        yield one.day, (one.channel, one.campaign, one.ad), "revenue_eur", one.amount_eur
