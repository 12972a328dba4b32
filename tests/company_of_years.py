"""The demo company over 26 months, and the figures that need them: growth, and what customers do in a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pipelines.sandbox.demo_company import TINY

FIRST_DAY, TODAY = date(2024, 5, 1), date(2026, 7, 8)
TWO_YEARS = replace(TINY, first_day=FIRST_DAY, today=TODAY, sessions_per_day=6)
# of the sources that come as files: the website and the mailings would take minutes, and grow by the same statements
NEED_YEARS = (
    *("lead_growth_rate", "sales_growth_rate", "revenue_growth_rate", "pos_transaction_growth"),
    *("customer_retention_rate", "upsell_rate", "clv", "repeat_purchase_rate"),
)
