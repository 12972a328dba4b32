"""Cases that must be there in every demo company, however small: each exists for one rule of counting or of privacy.

Ids say what a case is for. Everything falls on fixed days after the first one; what is drawn belongs elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from pipelines.sandbox.demo_channels import PLANTED_ADDRESS, planted_landing_page
from pipelines.sandbox.demo_size import Size
from pipelines.sandbox.truth import Deal, Lead, Order, StageEntry


@dataclass(frozen=True)
class PlantedCases:
    """Records for one company, made on days counted from its first one."""

    size: Size

    def at(self, day: int, hour: int = 11, minute: int = 0) -> datetime:
        """A local time of day of the company, in UTC."""
        local_day = self.size.first_day + timedelta(days=day)
        return datetime.combine(local_day, time(hour, minute), ZoneInfo(self.size.time_zone)).astimezone(UTC)

    def leads(self) -> tuple[Lead, ...]:
        """A merge chain, skipped stages, an import with older stages, an address as id, links to deals and orders."""
        return (
            # the chain ends at the newest record; channel and creation are those of the oldest
            self._lead("P-chain-1", 3, channel="Paid Social", merged_into="P-chain-2", merged_on=20, mql=5),
            self._lead("P-chain-2", 6, channel="Email", device="mobile", merged_into="P-chain-3", merged_on=22),
            self._lead("P-chain-3", 9, channel="Direct", sal=12),
            self._lead("P-jumped", 4, channel="Organic Search"),
            self._lead("P-both", 5, channel="Paid Search", mql=6, sal=6, sql=8),
            self._lead("P-both-merged", 8, channel="Email", mql=9),
            self._lead("P-both-merged-b", 10, channel="Direct", merged_into="P-both-merged", merged_on=14),
            self._lead("P-order-cancelled", 6, channel="Referral", sql=9),
            self._lead("P-imported", 30, channel="Referral", origin="offline", mql=24, sql=28),
            self._lead("P-after-its-deal", 25, channel="AI Assistant"),
            self._lead("P-midnight", 12, hour=0, minute=20, channel="Organic Social", mql=13),
            self._lead("P-payment-page", 13, channel="Referral", source="www.paypal.com", medium="referral"),
            self._lead("P-no-rule", 14, channel=None, source="mystery-source", medium="pigeon"),
            self._lead(f"jan.planted+7@{PLANTED_ADDRESS.split('@')[1]}", 15, channel="Email", mql=17),
        )

    def deals(self) -> tuple[Deal, ...]:
        """Deals that are orders too, a quote long after creation, merged and test deals, more of one account."""
        return (
            self._deal("P-deal-jumped", 8, "P-jumped", "4200.00", won=40),
            self._deal("P-deal-both", 12, "P-both", "5150.55", currency="USD", won=33),
            self._deal("P-deal-both-merged", 16, "P-both-merged-b", "3900.10", won=44, margin="1511.07"),
            self._deal("P-deal-kept", 11, "P-order-cancelled", "2750.35", currency="GBP", won=41),
            self._deal("P-deal-early", 7, "P-after-its-deal", "1980.00", won=21),
            self._deal("P-deal-quoted", 18, "P-imported", "6400.00", quoted=47),
            self._deal("P-deal-quote-ahead", self.size.days - 3, None, "2400.00", quoted=self.size.days + 9),
            self._deal("P-deal-merged-1", 20, None, "7000.00", merged_into="P-deal-merged-2", merged_on=26),
            self._deal("P-deal-merged-2", 19, None, "7000.00", merged_into="P-deal-merged-3", merged_on=27),
            self._deal("P-deal-merged-3", 17, None, "7000.00", channel="Referral", won=50),
            self._deal("P-deal-test", 22, None, "123456.78", won=23, is_test=True),
            self._deal("P-deal-upsell", 52, None, "1250.25", account="P-deal-merged-3", won=58, deal_type="upsell"),
            self._deal("P-deal-again", 53, None, "990.90", account="P-deal-merged-3", won=60, deal_type=None),
        )

    def orders(self) -> tuple[Order, ...]:
        """Orders of leads with a won deal, returns in other currencies, credit notes, and an order of nothing."""
        return (
            self._order("P-order-both", 36, "120.40", lead_id="P-both", channel="Paid Search"),
            self._order("P-order-both-merged", 46, "80.15", lead_id="P-both-merged", channel="Email"),
            self._order("P-order-cancelled", 43, "99.00", lead_id="P-order-cancelled", status="cancelled"),
            self._order("P-order-usd", 24, "310.30", currency="USD", margin="101.99", refund="133.33", refunded=38),
            self._order("P-order-gbp", 26, "75.50", currency="GBP", refund="75.50", refunded=55, status="refunded"),
            self._order("P-order-loss", 27, "60.00", margin="-7.77", refund="19.99", refunded=29),
            self._order("P-order-nothing", 28, "0.00", channel="Email"),
            self._order("P-order-address", 29, "44.44", customer_id=PLANTED_ADDRESS, channel="Direct"),
            self._order("P-credit-note", 34, "-25.25", channel=None, status="refunded"),
            self._order(
                "P-credit-note-usd", 35, "-12.10", channel=None, currency="USD", refunded=37, status="refunded"
            ),
            self._order("P-credit-zero", 39, "0.00", channel=None, refund="15.05", refunded=39, status="refunded"),
        )

    def _lead(
        self,
        lead_id: str,
        day: int,
        *,
        channel: str | None,
        hour: int = 11,
        minute: int = 0,
        source: str | None = None,
        medium: str | None = None,
        device: str = "desktop",
        origin: str = "online",
        merged_into: str | None = None,
        merged_on: int | None = None,
        **stages: int,
    ) -> Lead:
        is_address = "@" in lead_id
        return Lead(
            lead_id=lead_id,
            created_at=self.at(day, hour, minute),
            channel=channel,
            source=source,
            medium=medium,
            campaign="spring 'mix'; 50 % off" if channel == "Email" else None,
            ad=None,
            device=device,
            landing_page=planted_landing_page("0000000000") if is_address else "/whitepaper",
            origin=origin,
            segment="smb",
            region="NL",
            stages=tuple(StageEntry(stage, self.at(entered, 15)) for stage, entered in stages.items()),
            merged_into=merged_into,
            merged_on=None if merged_on is None else self.size.first_day + timedelta(days=merged_on),
        )

    def _deal(
        self,
        deal_id: str,
        day: int,
        lead_id: str | None,
        amount: str,
        *,
        currency: str = "EUR",
        margin: str | None = None,
        won: int | None = None,
        quoted: int | None = None,
        deal_type: str | None = "new",
        account: str | None = None,
        channel: str | None = None,
        merged_into: str | None = None,
        merged_on: int | None = None,
        is_test: bool = False,
    ) -> Deal:
        return Deal(
            deal_id=deal_id,
            created_at=self.at(day, 13),
            stage="proposal" if won is None else "closedwon",
            lead_id=lead_id,
            account_id=f"{account or deal_id} account",
            amount=Decimal(amount),
            currency=currency,
            margin=None if margin is None else Decimal(margin),
            status="open" if won is None else "won",
            closed_at=None if won is None else self.at(won, 16),
            deal_type=deal_type,
            quote_sent_at=None if quoted is None else self.at(quoted, 10),
            channel=channel,
            campaign=None,
            segment="smb",
            merged_into=merged_into,
            is_test=is_test,
            merged_on=None if merged_on is None else self.size.first_day + timedelta(days=merged_on),
        )

    def _order(
        self,
        order_id: str,
        day: int,
        net_amount: str,
        *,
        currency: str = "EUR",
        status: str = "paid",
        lead_id: str | None = None,
        customer_id: str | None = None,
        margin: str | None = None,
        refund: str | None = None,
        refunded: int | None = None,
        channel: str | None = "Organic Search",
    ) -> Order:
        return Order(
            order_id=order_id,
            ordered_at=self.at(day, 14),
            status=status,
            net_amount=Decimal(net_amount),
            currency=currency,
            customer_id=customer_id,
            lead_id=lead_id,
            margin=None if margin is None else Decimal(margin),
            refunded_amount=None if refund is None else Decimal(refund),
            refunded_at=None if refunded is None else self.at(refunded, 14),
            channel=channel,
            source=None,
            medium=None,
            campaign=None,
            device=None if channel is None else "desktop",
            country=None,
        )
