"""The demo company's export files: what its CRM, shop, ad platforms and ledger would hand out on a given morning.

Canonical files only, one per kind; what a record looked like that morning is decided here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from pipelines.sandbox.export_crm import export_crm_history, scores_on
from pipelines.sandbox.export_email import email_exports
from pipelines.sandbox.export_files import Exporter, ExportFile, Row, is_past
from pipelines.sandbox.export_retail import retail_exports
from pipelines.sandbox.export_search import search_files
from pipelines.sandbox.export_shop import shop_exports
from pipelines.sandbox.export_social import social_exports
from pipelines.sandbox.truth import AdDay, Deal, Lead, Order, Truth

# as the platforms write themselves
PLATFORM_NAMES = {
    "google_ads": "Google Ads",
    "meta": "Meta",
    "linkedin_ads": "LinkedIn Ads",
    "microsoft_ads": "Microsoft Ads",
}
# this platform's export holds its campaigns and, again, their ads
PLATFORM_OF_TWO_LEVELS = "meta"
OPEN_STAGE = "proposal"
HEADERS = {
    "leads": (
        "lead_id,created_at,source,medium,campaign,ad,channel,landing_page,form,offer,device,region,origin,segment,"
        "company_id,score,scored_at,is_test,merged_into,customer_id"
    ),
    "lead_stages": "lead_id,stage,entered_at",
    "deals": (
        "deal_id,created_at,stage,lead_id,account_id,amount,currency,margin,status,closed_at,deal_type,quote_sent_at,"
        "channel,source,medium,campaign,segment,merged_into,is_test"
    ),
    "orders": (
        "order_id,ordered_at,status,net_amount,currency,customer_id,lead_id,margin,refunded_amount,refunded_at,source,"
        "medium,campaign,channel,device,country"
    ),
    "ad_costs": (
        "date,platform,campaign,cost,currency,account,ad_group,ad,channel,impressions,clicks,conversions,video_views,level"
    ),
    "costs": "cost_id,period_start,period_end,amount,currency,category,channel,allocation",
    "exchange_rates": "date,currency,rate",
}
# what the other systems of the company hand out: the kinds of each with their headers and rows
EXPORTERS: tuple[Exporter, ...] = (
    export_crm_history,
    search_files,
    social_exports,
    retail_exports,
    email_exports,
    shop_exports,
)


def write_exports(truth: Truth, inbox: Path, as_of: date) -> list[Path]:
    """Write ``inbox/<kind>/<kind>_<as_of>.csv`` with what was known at 06:00 local time; the same every time."""
    morning = Morning(truth, as_of)
    tables: dict[str, Iterable[Row]] = {
        "leads": morning.leads(),
        "lead_stages": morning.lead_stages(),
        "deals": morning.deals(),
        "orders": morning.orders(),
        "ad_costs": morning.ad_costs(),
        "costs": morning.costs(),
        "exchange_rates": morning.exchange_rates(),
    }
    files = [ExportFile(kind, HEADERS[kind], rows) for kind, rows in tables.items()]
    for exporter in EXPORTERS:
        files += exporter(truth, as_of)
    return [file.write(inbox, as_of, truth.time_zone) for file in files]


@dataclass(frozen=True)
class Morning:
    """The truth as the systems knew it on the morning of a day."""

    truth: Truth
    as_of: date

    def leads(self) -> Iterator[Row]:
        """Leads that were created and typed in."""
        scores = scores_on(self.truth, self.as_of)
        for lead in self._known_leads():
            yield {
                **{name: getattr(lead, name) for name in _columns("leads") if hasattr(lead, name)},
                **scores.get(lead.lead_id, {}),
                "merged_into": lead.merged_into if self._is_merged(lead) else None,
            }

    def lead_stages(self) -> Iterator[Row]:
        """Stages that were entered, as their system writes them: in capitals."""
        for lead in self._known_leads():
            for entry in lead.stages:
                if self._is_past(entry.entered_at):
                    yield {"lead_id": lead.lead_id, "stage": entry.stage.upper(), "entered_at": entry.entered_at}

    def deals(self) -> Iterator[Row]:
        """Deals that were created, with the status and the quote of the morning."""
        for deal in self.truth.deals:
            if not self._is_past(deal.created_at):
                continue
            is_closed = deal.closed_at is not None and self._is_past(deal.closed_at)
            is_quoted = deal.quote_sent_at is not None and self._is_past(deal.quote_sent_at)
            is_early = deal.status != "open" and not is_closed
            yield {
                **{name: getattr(deal, name, None) for name in _columns("deals")},
                "stage": OPEN_STAGE if is_early else deal.stage,
                "status": "open" if is_early else deal.status,
                "margin": None if is_early else deal.margin,
                "closed_at": deal.closed_at if is_closed else None,
                "quote_sent_at": deal.quote_sent_at if is_quoted else None,
                "merged_into": deal.merged_into if self._is_merged(deal) else None,
            }

    def orders(self) -> Iterator[Row]:
        """Orders that were placed, with the refunds that were made."""
        for order in self.truth.orders:
            if self._is_past(order.ordered_at):
                yield {**{name: getattr(order, name) for name in _columns("orders")}, **self._refund(order)}

    def ad_costs(self) -> Iterator[Row]:
        """Advertisements up to the day before, and the campaigns of the platform that reports both."""
        shown = [one for one in self.truth.ads if one.in_export and one.day < self.as_of]
        for one in shown:
            yield {
                **{name: getattr(one, name) for name in _columns("ad_costs") if hasattr(one, name)},
                "date": one.day,
                "platform": PLATFORM_NAMES.get(one.platform, one.platform),
                "level": "ad" if one.platform == PLATFORM_OF_TWO_LEVELS else None,
            }
        yield from _campaigns([one for one in shown if one.platform == PLATFORM_OF_TWO_LEVELS])

    def costs(self) -> Iterator[Row]:
        """Invoices whose period has begun."""
        for invoice in self.truth.invoices:
            if invoice.period_start <= self.as_of:
                yield {name: getattr(invoice, name) for name in _columns("costs")}

    def exchange_rates(self) -> Iterator[Row]:
        """Rates of the days before; that of the day itself comes in the afternoon."""
        for (day, currency), units in self.truth.units_per_eur.items():
            if day < self.as_of:
                yield {"date": day, "currency": currency, "rate": units}

    def _known_leads(self) -> list[Lead]:
        return [
            lead
            for lead in self.truth.leads
            if self._is_past(lead.created_at) and (lead.known_from is None or lead.known_from <= self.as_of)
        ]

    def _refund(self, order: Order) -> Row:
        if order.refunded_at is None or self._is_past(order.refunded_at):
            return {}
        return {
            "status": "paid" if order.status == "refunded" else order.status,
            "refunded_amount": None,
            "refunded_at": None,
        }

    def _is_past(self, moment: datetime) -> bool:
        return is_past(moment, self.as_of, self.truth.time_zone)

    def _is_merged(self, record: Lead | Deal) -> bool:
        return record.merged_on is None or record.merged_on < self.as_of


def _columns(kind: str) -> list[str]:
    return HEADERS[kind].split(",")


def _campaigns(ads: Sequence[AdDay]) -> Iterator[Row]:
    """One row per campaign and day with the sums of its ads."""
    days: dict[tuple[date, str, str, str, str], list[AdDay]] = {}
    for one in ads:
        days.setdefault((one.day, one.account, one.campaign, one.currency, one.channel or ""), []).append(one)
    for (day, account, campaign, currency, channel), members in days.items():
        views = [one.video_views for one in members if one.video_views is not None]
        yield {
            "date": day,
            "platform": PLATFORM_NAMES[members[0].platform],
            "campaign": campaign,
            "cost": sum((one.cost for one in members), Decimal(0)),
            "currency": currency,
            "account": account,
            "channel": channel,
            "impressions": sum(one.impressions for one in members),
            "clicks": sum(one.clicks for one in members),
            "conversions": sum((one.conversions for one in members if one.conversions is not None), Decimal(0)),
            "video_views": sum(views) if views else None,
            "level": "campaign",
        }
