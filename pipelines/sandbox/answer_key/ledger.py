"""The cost ledger: what advertisements cost per day and channel, and every invoice spread to the cent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from pipelines.sandbox.answer_key.channels import UNALLOCATED, UNKNOWN, channel_of_advertisement, channel_of_cost, label
from pipelines.sandbox.answer_key.money import Rates, cents, split_by_weight, split_evenly
from pipelines.sandbox.answer_key.people import Person
from pipelines.sandbox.answer_key.periods import days_between, period_start
from pipelines.sandbox.answer_key.rules import Rules
from pipelines.sandbox.truth import AdDay, Invoice, Truth


@dataclass(frozen=True)
class Spend:
    """What one advertisement cost on one day, as the system says it that is believed for its platform and day.

    GA4 knows the cost of campaigns only.
    """

    day: date
    platform: str
    channel: str
    amount_eur: Fraction
    clicks: int
    impressions: int
    account: str
    campaign: str
    ad_group: str
    ad: str

    @property
    def members(self) -> dict[str, str]:
        """What it is counted by."""
        names = ("channel", "platform", "account", "campaign", "ad_group", "ad")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class CostDay:
    """A part of a cost on one day and channel, in cents."""

    day: date
    channel: str
    category: str
    scope: str
    cost_id: str
    amount_cents: int


def spends(truth: Truth, rules: Rules, today: date) -> list[Spend]:
    """Per platform and day the export when it has a row, else GA4, never both."""
    exported: dict[tuple[str, date], list[AdDay]] = {}
    measured: dict[tuple[str, date], list[AdDay]] = {}
    for one in truth.ads:
        if one.day < today and one.in_export:
            exported.setdefault((_platform(rules, one.platform), one.day), []).append(one)
        if one.day < today and one.in_ga4:
            measured.setdefault((_platform(rules, one.source), one.day), []).append(one)
    rates = Rates(truth.units_per_eur)
    counted = []
    for (platform, day), ads in {**measured, **exported}.items():
        is_exported = (platform, day) in exported
        for one in ads:
            amount_eur = rates.euros(one.cost, one.currency, day)
            if amount_eur is not None:
                channel = channel_of_advertisement(rules, one.channel, platform, one.campaign)
                names = [label(name) for name in (one.account, one.campaign, one.ad_group, one.ad)]
                if not is_exported:
                    names = [UNKNOWN, names[1], UNALLOCATED, UNALLOCATED]
                counted.append(Spend(day, platform, channel, amount_eur, one.clicks, one.impressions, *names))
    return counted


def _platform(rules: Rules, said: str) -> str:
    name = said.strip().lower().replace(" ", "_")
    return rules.platform_aliases.get(name, name)


class Ledger:
    """Every cost, the accruals of days to come too; `entries` may hold several parts of one key, some of no cents."""

    def __init__(self, truth: Truth, rules: Rules, counted: Iterable[Spend], persons: Iterable[Person]) -> None:
        self._rules = rules
        self._media: dict[date, dict[str, Fraction]] = {}
        self._leads: dict[date, dict[str, Fraction]] = {}
        self.entries: list[CostDay] = []
        for spend in counted:
            self._weigh(self._media, spend.day, spend.channel, spend.amount_eur)
            amount = cents(spend.amount_eur)
            self.entries.append(CostDay(spend.day, spend.channel, "media", "media", f"ads:{spend.platform}", amount))
        for person in persons:
            self._weigh(self._leads, person.created_day, person.channel, Fraction(1))
        rates = Rates(truth.units_per_eur)
        for invoice in truth.invoices:
            self.entries.extend(self._spread(invoice, rates))

    def _weigh(self, months: dict[date, dict[str, Fraction]], day: date, channel: str, weight: Fraction) -> None:
        drivers = months.setdefault(period_start("month", day), {})
        drivers[channel] = drivers.get(channel, Fraction(0)) + weight

    def _spread(self, invoice: Invoice, rates: Rates) -> Iterator[CostDay]:
        amount_eur = rates.euros(invoice.amount, invoice.currency, invoice.period_start)
        if amount_eur is None:
            return
        days = list(days_between(invoice.period_start, invoice.period_end))
        for day, amount in zip(days, split_evenly(cents(amount_eur), len(days)), strict=True):
            yield from self._placed(invoice, day, amount)

    def _placed(self, invoice: Invoice, day: date, amount: int) -> Iterator[CostDay]:
        if (invoice.channel or "").strip():
            channel = channel_of_cost(self._rules, invoice.channel or "")
            yield CostDay(day, channel, invoice.category, "direct", invoice.cost_id, amount)
            return
        weights = {channel: weight for channel, weight in self._weights(invoice, day).items() if weight > 0}
        names = sorted(weights) or [UNALLOCATED]
        parts = split_by_weight(amount, [weights.get(name, Fraction(1)) for name in names])
        for name, part in zip(names, parts, strict=True):
            yield CostDay(day, name, invoice.category, "overhead", invoice.cost_id, part)

    def _weights(self, invoice: Invoice, day: date) -> dict[str, Fraction]:
        month = period_start("month", day)
        if invoice.allocation == "media_share":
            return self._media.get(month, {})
        if invoice.allocation == "leads":
            return self._leads.get(month, {})
        if invoice.allocation == "fixed":
            return {
                channel: Fraction(share)
                for category, channel, share in self._rules.cost_drivers
                if category == invoice.category
            }
        return {}
