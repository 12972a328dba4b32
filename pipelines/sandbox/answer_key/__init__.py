"""The answer key: what every number must be, counted from the truth by plain loops.

Written from the definitions alone, with exact fractions; it imports nothing of the pipeline but the truth's data
classes, so that an error of the SQL cannot be an error here too.
"""

from pipelines.sandbox.answer_key.campaigns import expected_ad_month, expected_campaign_month
from pipelines.sandbox.answer_key.claims import expected_overclaim_month
from pipelines.sandbox.answer_key.funnels import expected_funnel_cohort, expected_funnel_period
from pipelines.sandbox.answer_key.kpis import expected_kpis
from pipelines.sandbox.answer_key.marts import (
    expected_channel_month,
    expected_cost_days,
    expected_email_campaigns,
)
from pipelines.sandbox.answer_key.rules import Rules
from pipelines.sandbox.answer_key.targets import AskedTarget, expected_standings

__all__ = [
    "AskedTarget",
    "Rules",
    "expected_ad_month",
    "expected_campaign_month",
    "expected_channel_month",
    "expected_cost_days",
    "expected_email_campaigns",
    "expected_funnel_cohort",
    "expected_funnel_period",
    "expected_kpis",
    "expected_overclaim_month",
    "expected_standings",
]
