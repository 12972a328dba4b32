"""Targets, goals and packs as they are written: what is refused, and which pack holds on which day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pipelines.configuration import Config, Packs, Target, config_from_texts
from pipelines.configuration.targets import Measured
from pipelines.failures import WrongUse

USUAL: dict[str, Any] = {"id": "some", "kpi": "new_leads", "entered_on": date(2026, 1, 1), "change_type": "level"}


def target_of(config: Config, target_id: str) -> Target:
    (found,) = [one for one in config.targets if one.id == target_id]
    return found


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("targets.yaml", "kpi: orders", "kpi: users", "the months of users cannot be summed to a term"),
        ("targets.yaml", "kpi: orders", "kpi: users", "users has no seasonal shape"),
        ("targets.yaml", "kpi: cpl", "kpi: email_click_rate", "email_click_rate has no figures by month and channel"),
        ("targets.yaml", "relative_pct\n  value: 0", "absolute\n  value: 0", "give a baseline that stands still"),
        ("targets.yaml", "  period: term", "  baseline: 2600\n  period: trem", "period cannot be 'trem'"),
        ("targets.yaml", "  reason: The first half year went better than planned.\n", "", "add valid_from and reason"),
        ("packs.yaml", "share]", "share]\n    - kpis: [cpl]", "add valid_from and reason"),
    ],
)
def test_what_a_target_or_pack_cannot_mean_is_refused(texts: Any, name: str, old: str, new: str, message: str) -> None:
    with pytest.raises(WrongUse, match=message):
        config_from_texts(texts.changed(name, old, new))


def test_a_target_counts_from_the_day_it_is_entered_unless_it_says_otherwise() -> None:
    assert Target.model_validate(USUAL).first_day == date(2026, 1, 1)
    assert Target.model_validate({**USUAL, "start": date(2026, 3, 1)}).first_day == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("written", "grain", "first_day", "known_from"),
    [
        (2025, "year", date(2025, 1, 1), date(2026, 1, 1)),
        ("2025-Q4", "quarter", date(2025, 10, 1), date(2026, 1, 1)),
        ("2025-02", "month", date(2025, 2, 1), date(2025, 3, 1)),
    ],
)
def test_a_measured_baseline_names_a_period(written: Any, grain: str, first_day: date, known_from: date) -> None:
    period = Measured.model_validate({"measured_in": written}).period
    assert (period.grain, period.first_day, period.first_day_after) == (grain, first_day, known_from)


def test_the_versions_of_a_target_follow_each_other(shipped: Config) -> None:
    target = target_of(shipped, "revenue_2026")
    assert [terms.value for terms in target.versions] == [Decimal(500000), Decimal(540000)]
    assert target.ends == [date(2026, 6, 30)]


def test_a_pack_for_a_while_gives_way_to_the_one_before_it() -> None:
    usual = {"kpis": ["revenue"]}
    box = {"kpis": ["orders"], "valid_from": date(2026, 12, 1), "valid_to": date(2026, 12, 31), "reason": "the box"}
    packs = Packs.model_validate({"packs": {"shop": [usual, box]}})
    days = (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [packs.on("shop", day) for day in days] == [("revenue",), ("orders",), ("orders",), ("revenue",)]


def test_the_headline_is_a_pack_or_a_list_of_its_own(shipped: Config, texts: Any) -> None:
    day = date(2026, 11, 6)
    assert shipped.headline_pack(day) == shipped.packs.packs["b2b"][0].kpis
    listed = config_from_texts(texts.changed("company.yaml", "headline_pack: b2b", "headline_pack: [cpl, revenue]"))
    assert listed.headline_pack(day) == ("cpl", "revenue")


def test_goals_packs_and_targets_may_be_left_out(texts: Any) -> None:
    without = {name: text for name, text in texts.items() if name not in ("goals.yaml", "packs.yaml", "targets.yaml")}
    without["company.yaml"] = without["company.yaml"].replace("headline_pack: b2b\n", "")
    config = config_from_texts(without)
    assert (config.targets, len(config.headline_pack(date(2026, 11, 6)))) == ((), 7)


PACKS_BY_BUSINESS = {
    "b2b": "revenue new_leads lead_to_mql_rate mql_to_sql_rate opportunity_to_customer_rate cost_per_qualified_lead "
    "marketing_roi",
    "ecommerce": "revenue orders ecommerce_conversion_rate aov cpa_to_margin_ratio cart_abandonment_rate clv",
    "retail": "retail_revenue pos_transactions avg_pos_transaction_value store_visitors store_conversion_rate",
    "automation": "campaign_revenue cpl predicted_clv marketing_roi visit_to_lead_rate landing_page_conversion_rate "
    "organic_sessions",
    "content_seo": "organic_sessions content_leads serp_ctr avg_keyword_position avg_time_on_page",
    "email": "email_click_rate email_unsubscribe_rate email_bounce_rate email_spam_complaint_rate "
    "email_conversion_rate email_list_net_growth",
    "social": "engagement_rate reach_per_post leads_by_channel channel_traffic_share",
}


@pytest.mark.parametrize("name", PACKS_BY_BUSINESS)
def test_a_pack_of_its_business_holds_every_kpi_of_it_that_exists(shipped: Config, name: str) -> None:
    existing = {kpi.id for kpi in shipped.kpis}
    wanted = [kpi_id for kpi_id in PACKS_BY_BUSINESS[name].split() if kpi_id in existing]
    pack = shipped.packs.packs[name][-1].kpis if wanted else ()
    assert list(pack) == wanted, f"complete the pack {name} in config/packs.yaml"
