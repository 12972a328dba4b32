"""`config/company.yaml`: how this company counts. One model; what it names elsewhere is checked by the loading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from pipelines.configuration.problems import UnfitError, nearest
from pipelines.configuration.strict import Days, Id, Listed, Number, StrictModel, Text
from pipelines.configuration.trust_limits import TrustLimits

DEFAULT_STAGES = ("lead", "mql", "sal", "sql", "opportunity", "customer")
PAID_CHANNELS = (
    "Cross-network",
    "Paid Shopping",
    "Paid Search",
    "Paid Social",
    "Paid Video",
    "Display",
    "Paid Other",
)
MARKETING_CHANNELS = (
    *PAID_CHANNELS,
    *("Organic Shopping", "Organic Social", "Organic Video", "Organic Search", "Email", "Affiliates", "Audio", "SMS"),
    *("Mobile Push Notifications", "AI Assistant"),
)
BOOKING_FORMS = ("booking", "online booking", "appointment")
CONTACT_TYPES = ("call", "email", "meeting")
# stages that sales owns, the first one of a funnel first
STAGES_OF_SALES = ("sal", "sql", "opportunity", "customer")
HEADLINE_PACK = (
    "revenue",
    "new_leads",
    "lead_to_mql_rate",
    "mql_to_sql_rate",
    "opportunity_to_customer_rate",
    "cost_per_qualified_lead",
    "marketing_roi",
)

# more than the first is a warning of `kpi lint`, more than the second is refused
USUAL_PACK, LARGEST_PACK = 7, 12

CountedFrom = Literal["deals", "orders", "both"]


def _known_zone(name: str) -> str:
    zones = available_timezones()
    if name not in zones:
        raise UnfitError(f"{name!r} is no time zone", nearest(name, zones))
    return name


def each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    """A list in which nothing is repeated; UnfitError when something is."""
    for position, name in enumerate(names):
        if name in names[:position]:
            raise UnfitError(f"{name!r} stands twice", "keep one of the two")
    return names


def _lead_to_customer(stages: tuple[str, ...]) -> tuple[str, ...]:
    if len(stages) < 2 or stages[0] != "lead" or stages[-1] != "customer":
        raise UnfitError(
            f"stages run from {stages[0] if stages else 'nothing'} to {stages[-1] if stages else 'nothing'}",
            "begin with lead and end with customer",
        )
    return stages


def _in_order(days: tuple[int, ...]) -> tuple[int, ...]:
    if not days or list(days) != sorted(set(days)):
        raise UnfitError("month_close_days are not in rising order", "write them as in [5, 35]")
    return days


def _month(text: str) -> str:
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        raise UnfitError(f"{text!r} is no month", "write it as in 2026-12")
    return text


def _within_the_whole(shares: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    if sum(shares.values()) > 1:
        raise UnfitError(f"the shares add up to {sum(shares.values())}", "let them add up to 1 at most")
    return shares


Share = Annotated[Number, Field(gt=0, le=1)]


def _shape(value: Any) -> str:
    return "pack" if isinstance(value, str) else "kpis"


class Labels(StrictModel):
    """A name in the languages of the pages."""

    nl: Text
    en: Text


class Maturity(StrictModel):
    """Days after which a source no longer changes what it said of a day."""

    ga4: Days = 3
    mailchimp: Days = 7
    ad_cost: Days = 30
    seo: Days = 3


class FunnelPlan(StrictModel):
    """What is planned for: so many new customers in the twelve months that end with `by`, the calendar year without it.

    Without `customers` there is no plan, and `kpi plan` reckons with what it is given. A stage with fewer members than
    `fewest_members` in its ripe cohorts is planned with a benchmark.
    """

    customers: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    by: Annotated[str, AfterValidator(_month)] | None = None
    fewest_members: Annotated[int, Field(ge=1)] = 10

    @model_validator(mode="after")
    def _month_is_of_a_plan(self) -> Self:
        if self.by is not None and self.customers is None:
            raise UnfitError(
                "by says when a plan ends, and there is no plan", "give customers too, or leave by out", "by"
            )
        return self


# the name of a pack of packs.yaml, or its own list
HeadlinePack = Annotated[
    Annotated[Id, Tag("pack")]
    | Annotated[Listed[Id], AfterValidator(each_once), Field(max_length=LARGEST_PACK), Tag("kpis")],
    Discriminator(_shape),
]


class Company(StrictModel):
    """How the company counts; the windows are in local days."""

    name: Text
    owner: Text | None = None
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Amsterdam"
    stages: Annotated[Listed[Id], AfterValidator(each_once), AfterValidator(_lead_to_customer)] = DEFAULT_STAGES
    stage_labels: Mapping[Id, Labels] = Field(default_factory=dict)
    qualified_stage: Id = "mql"
    handover_stage: Id | None = None
    conversion_window_days: Annotated[int, Field(ge=1, le=3660)] = 90
    attribution_lookback_days: Annotated[int, Field(ge=1, le=3660)] = 30
    month_close_days: Annotated[Listed[Annotated[int, Field(ge=1, le=366)]], AfterValidator(_in_order)] = (5, 35)
    customers_from: CountedFrom = "deals"
    revenue_from: CountedFrom = "both"
    gross_margin: Annotated[Number, Field(ge=0, le=1)]
    customer_activity_days: Annotated[int, Field(ge=1, le=3660)] = 365
    paid_channels: Annotated[Listed[Text], AfterValidator(each_once)] = PAID_CHANNELS
    marketing_channels: Annotated[Listed[Text], AfterValidator(each_once)] = MARKETING_CHANNELS
    booking_forms: Annotated[Listed[Text], AfterValidator(each_once)] = BOOKING_FORMS
    contact_types: Annotated[Listed[Text], AfterValidator(each_once)] = CONTACT_TYPES
    headline_pack: HeadlinePack = HEADLINE_PACK
    maturity_days: Maturity = Maturity()
    industry: Text | None = None
    funnel_plan: FunnelPlan = FunnelPlan()
    revenue_segments: Annotated[Mapping[Text, Share], AfterValidator(_within_the_whole)] = Field(default_factory=dict)
    top_posts_minimum_reach: Annotated[int, Field(ge=1, le=1_000_000_000)] = 100
    trust_limits: TrustLimits = TrustLimits()

    @model_validator(mode="after")
    def _named_stages_are_stages(self) -> Self:
        for key, stage in (("qualified_stage", self.qualified_stage), ("handover_stage", self.handover_stage)):
            if stage is not None and stage not in self.stages:
                raise UnfitError(f"{key} {stage!r} is no stage", nearest(stage, self.stages), key)
        return self

    @property
    def delivered_stage(self) -> str:
        """The stage in which marketing hands a lead over: the one that is named, else the first that sales owns."""
        return self.handover_stage or next(stage for stage in STAGES_OF_SALES if stage in self.stages)

    def stage_label(self, stage: str, language: Literal["nl", "en"]) -> str:
        """What a page calls a stage; a stage without a label is called by its id."""
        labels = self.stage_labels.get(stage)
        return getattr(labels, language) if labels else stage.replace("_", " ").capitalize()
