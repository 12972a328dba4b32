"""The shipped configuration as the plain values that the answer key takes."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from pipelines.configuration.channels import GA4_CHANNELS
from pipelines.sandbox.answer_key import Rules

CONFIG = Path(__file__).parents[1] / "config"


def rules_from_config(config: Path = CONFIG, **changes: Any) -> Rules:
    """Rules as the configuration files of a folder say them; `changes` by name of the rule."""
    company = yaml.safe_load((config / "company.yaml").read_text())
    sources = yaml.safe_load((config / "sources.yaml").read_text())
    channel_rules = _rows(config / "channels.csv")
    named = dict.fromkeys([*GA4_CHANNELS, *(row["channel"] for row in channel_rules)])
    values: dict[str, Any] = {
        "known_channels": tuple(named),
        "paid_channels": tuple(company["paid_channels"]),
        "channel_rules": tuple(
            (row["source"], row["medium"], row["campaign"], row["platform"], row["channel"]) for row in channel_rules
        ),
        "exclusions": tuple((row["source"], row["channel"]) for row in _rows(config / "exclusions.csv")),
        "cost_drivers": tuple(
            (row["category"], row["channel"], Decimal(row["share"])) for row in _rows(config / "cost_drivers.csv")
        ),
        "platform_aliases": sources["platform_aliases"],
        "time_zone": company["time_zone"],
        "stages": tuple(company["stages"]),
        "qualified_stage": company["qualified_stage"],
        "window_days": company["conversion_window_days"],
        "gross_margin": Decimal(str(company["gross_margin"])),
        "revenue_from": company["revenue_from"],
        "customers_from": company["customers_from"],
        "customer_activity_days": company["customer_activity_days"],
        "handover_stage": company.get("handover_stage", "sal"),
        **{key: tuple(company[key]) for key in ("marketing_channels", "booking_forms", "contact_types")},
        "plan_customers": company["funnel_plan"]["customers"],
        "fewest_members": company["funnel_plan"]["fewest_members"],
        "revenue_segments": {name: Decimal(str(share)) for name, share in company["revenue_segments"].items()},
        "page_sets": {name: tuple(globs) for name, globs in sources["ga4"]["pages"].items()},
        "content_channels": tuple(sources["ga4"]["pages"]["content_channels"]),
        "conversion_events": tuple(sources["ga4"]["events"]["conversions"]),
        "top_posts_minimum_reach": company["top_posts_minimum_reach"],
    }
    return Rules(**{**values, **changes})


def _rows(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines))
