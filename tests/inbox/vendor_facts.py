"""What really happened in the company whose vendors write the exports: the values that their rows have to become.

Columns and what they need are those of the contract (section 3), written down here once more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

FIRST_DAY = date(2026, 3, 10)
ONE_DAY = date(2026, 3, 14)
REQUIRED = {
    "leads": ("lead_id", "created_at"),
    "lead_stages": ("lead_id", "stage", "entered_at"),
    "deals": ("deal_id", "created_at", "stage"),
    "orders": ("order_id", "ordered_at", "status", "net_amount", "currency"),
    "order_lines": ("order_id", "line_no", "product_id", "quantity", "net_amount"),
    "ad_costs": ("date", "platform", "campaign", "cost", "currency"),
    "costs": ("cost_id", "period_start", "period_end", "amount", "currency", "category"),
    "exchange_rates": ("date", "currency", "rate"),
    "email_campaigns": ("tool", "campaign_id", "sent_at", "emails_sent"),
    "social_posts": ("platform", "post_id", "published_at"),
    "social_pages": ("platform", "date"),
    "seo_site": ("date",),
    "receipts": ("store_id", "receipt_id", "sold_at", "net_amount", "currency"),
    "metrics": ("metric_id", "date"),
}
# optional ones among the columns that tell rows apart: empty counts as ''
OPTIONAL_KEYS = {
    "ad_costs": ("account", "ad_group", "ad"),
    "metrics": ("slice", "member"),
    "social_pages": ("page",),
}
DAYS = {"date", "period_start", "period_end"}
# when every export was saved, in UTC
SAVED_AT = datetime(2026, 11, 2, 8, 30)  # noqa: DTZ001 - as raw tables hold moments
TIMES = {"created_at", "closed_at", "entered_at", "ordered_at", "sent_at", "sold_at", "published_at"}
COUNTS = {
    *("impressions", "clicks", "emails_sent", "delivered", "soft_bounces", "hard_bounces", "forwards", "bounces"),
    *("unique_opens", "opens", "unique_clicks", "unsubscribes", "complaints", "reach", "likes", "comments", "shares"),
    *("new_followers", "sponsored", "organic", "line_no", "value", "quantity"),
}
MONEY = {
    *("cost", "amount", "discount", "vat", "shipping", "refunded_amount", "total", "price", "amount_including_vat"),
    *("net_amount",),
}
OTHER_NUMBERS = {"conversions", "position", "rate", "vat_percent", "probability", "ctr"}
NUMBERS = COUNTS | MONEY | OTHER_NUMBERS
IDS = {
    "lead_id": 1000, "deal_id": 2000, "account_id": 3000, "order_id": 4000, "cost_id": 5000, "campaign_id": 6000,
    "post_id": 7000, "receipt_id": 8000,
}  # fmt: skip
STAGES = [("Qualified", "open"), ("Proposal sent", "open"), ("Closed Won", "won"), ("Closed Lost", "lost")]
WORDS = {
    "campaign": ["G\u00e9n\u00e9ric", 'Brand "A", new; second', "=Sale+1"],
    "source": ["ORGANIC_SEARCH", "unknown", "Trade fair", "-direct"],
    "category": ["Software", "STAFF", "events", "other"],
    "allocation": ["fixed", "Media_Share", "none"],
    "type": ["Photo", "Video", "Link"],
}
WEIGHED = {"emails_sent": 20_000, "impressions": 90_000, "reach": 9_000, "total": 3_000, "sponsored": 900}
RATES = Decimal("0.0001")
CENT = Decimal("0.01")


def fact(name: str, kind: str, place: int, random: Random) -> Any:
    """The value of a column, or of a further header, in one row; texts where nothing else is known of it."""
    if name in DAYS | TIMES:
        return _when(name, kind, place)
    if name in NUMBERS:
        return _how_much(name, kind, place, random)
    if name in IDS:
        return str(IDS[name] + place)
    if name == "currency":
        return "EUR"
    if name in {"stage", "status"} and kind == "deals":
        return STAGES[place % 4][name == "status"]
    if name == "member":
        return f"Country {chr(65 + place // 26)}{chr(97 + place % 26)}"
    words = WORDS.get(name, [f"{name} \u2013 one", f"{name} two"])
    return words[place % len(words)]


def _when(name: str, kind: str, place: int) -> datetime:
    days = place // 3 if kind == "ad_costs" else place
    if name in {"closed_at", "period_end"}:
        days += 3 + place % 5
    day = FIRST_DAY + timedelta(days=days)
    hour = time(8 + place % 11, place * 7 % 60, place * 11 % 60) if name in TIMES else time()
    return datetime.combine(day, hour)


def _how_much(name: str, kind: str, place: int, random: Random) -> Decimal:
    if name == "line_no":
        return Decimal(place + 1)
    if name == "vat_percent":
        return Decimal((21, 9, 0)[place % 3])
    if name == "probability":
        return Decimal(place * 5 % 101) / 100
    if name == "rate":
        return Decimal(random.randint(5_000, 1_900_000)) * RATES
    if name == "position":
        return Decimal(random.randint(10, 400)) / 10
    if name == "conversions":
        return Decimal(random.randint(0, 900)) * CENT
    if name in COUNTS:
        least = WEIGHED.get(name, 0) // 3
        value = random.randint(least, WEIGHED.get(name, 900))
        return Decimal(value - value % 10 if place % 4 == 0 else value)
    most = WEIGHED.get(name, 2_500 if name in {"cost", "amount", "amount_including_vat"} else 90)
    value = Decimal(random.randint(most * 50, most * 100)) * CENT
    if place % 7 == 3 and name in {"cost", "amount_including_vat"}:
        return -value
    return Decimal(int(value / 10) * 10) if place % 5 == 4 else value


def calculated(formula: str, values: Mapping[str, Any]) -> Decimal | None:
    """What a formula makes of exact numbers; nothing where one of them is missing."""
    said = set(re.findall(r"[a-z_]+", formula))
    names = {name: value for name, value in values.items() if name in said}
    if any(value is None for value in names.values()):
        return None
    result = eval(formula, {"__builtins__": {}}, dict(names))  # noqa: S307 - a formula of this repository
    return Decimal(result).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def in_utc(value: datetime, zone: str) -> datetime:
    return value.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
