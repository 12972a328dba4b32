"""`config/sources.yaml`: what is read from where, and how far back. Credentials are settings, never configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pipelines.configuration.kpi_definition import not_empty
from pipelines.configuration.problems import UnfitError, nearest
from pipelines.configuration.strict import Id, Listed, Number, StrictModel, Text

# GA4 completes a day for up to three more
LookBack = Annotated[int, Field(ge=3, le=366)]


def property_number(value: Any) -> Any:
    """A GA4 property id as digits, whether it was written as a number, as digits or with `properties/` before it."""
    if value is None:
        return None
    text = str(value).strip().removeprefix("properties/") if isinstance(value, (int, str)) else value
    if isinstance(value, bool) or not isinstance(text, str) or (text and not text.isdecimal()):
        raise UnfitError(f"property_id is {str(value)!r}", "write the number that GA4 shows under Admin")
    return text or None


def _known_zone(name: str | None) -> str | None:
    zones = available_timezones()
    if name is not None and name not in zones:
        raise UnfitError(f"{name!r} is no time zone", nearest(name, zones))
    return name


def _lower_keys(aliases: Mapping[str, str]) -> Mapping[str, str]:
    return {source.lower(): platform for source, platform in aliases.items()}


def _addresses(globs: tuple[str, ...]) -> tuple[str, ...]:
    for glob in globs:
        if not glob.startswith(("/", "*")):
            raise UnfitError(f"{glob!r} is no page address", "begin it with / or *, as in /blog/*")
        if "?" in glob or "#" in glob:
            raise UnfitError(f"{glob!r} has a query", "leave out what follows the path: GA4 does")
    return globs


Names = Annotated[Listed[Text], AfterValidator(not_empty)]
Globs = Annotated[Listed[Text], AfterValidator(not_empty), AfterValidator(_addresses)]


def _paths(starts: tuple[str, ...]) -> tuple[str, ...]:
    for start in starts:
        if not start.startswith("/"):
            raise UnfitError(f"{start!r} is no beginning of a path", "write it with a slash first, as in /shop/")
    return tuple(dict.fromkeys(starts))


class Events(StrictModel):
    """The names of the website's events that conversions and clicks are counted by."""

    lead: Text = "generate_lead"
    cart: Text = "add_to_cart"
    checkout: Text = "begin_checkout"
    purchase: Text = "purchase"
    sign_up: Text = "sign_up"
    call_to_action: Names = ("cta_click",)
    conversions: Names = ("generate_lead", "sign_up", "purchase")

    @property
    def by_role(self) -> tuple[tuple[str, str], ...]:
        """Each event with what it counts as; one event may count as several things."""
        single = [(role, getattr(self, role)) for role in ("lead", "cart", "checkout", "purchase", "sign_up")]
        clicks = [("call_to_action", name) for name in self.call_to_action]
        return tuple(dict.fromkeys([*single, *clicks, *(("conversion", name) for name in self.conversions)]))


class Pages(StrictModel):
    """Which pages of the website are what: addresses without query, `*` stands for any text, capitals do not count."""

    blog: Globs = ("/blog/*",)
    content: Globs = ("/blog/*", "/whitepaper*", "/cases*", "/webinar*")
    call_to_action: Globs = ("*",)
    content_channels: Listed[Text] = ("Content",)

    @property
    def sets(self) -> dict[str, tuple[str, ...]]:
        """The addresses of each set of pages."""
        return {"blog": self.blog, "content": self.content, "call_to_action": self.call_to_action}


class Ga4(StrictModel):
    """What is read from Google Analytics 4."""

    enabled: bool = True
    property_id: Annotated[str | None, BeforeValidator(property_number)] = None

    start_date: date | None = None
    lookback_days: LookBack = 4
    weekly_lookback_days: LookBack = 35
    time_zone: Annotated[str | None, AfterValidator(_known_zone)] = None
    events: Events = Events()
    pages: Pages = Pages()

    @property
    def event_names(self) -> tuple[str, ...]:
        """The events that conversions are counted by, as GA4 calls them."""
        return tuple(dict.fromkeys(name for role, name in self.events.by_role if role != "call_to_action"))

    @model_validator(mode="after")
    def _weekly_reaches_further(self) -> Self:
        if self.weekly_lookback_days < self.lookback_days:
            raise UnfitError("lookback_days is longer than weekly_lookback_days", "make it shorter", "lookback_days")
        return self


class Mailchimp(StrictModel):
    """What is read from Mailchimp."""

    enabled: bool = True


class Alerts(StrictModel):
    """From when on somebody is told that a source is silent, and that a quota is nearly used."""

    silent_days: Annotated[int, Field(ge=1, le=366)] = 3
    quota_share: Annotated[Number, Field(gt=0, le=1)] = Decimal("0.8")


def _each_an_address(addresses: tuple[str, ...]) -> tuple[str, ...]:
    for address in addresses:
        # a header of a mail holds it: no second line, no second recipient
        if not re.fullmatch(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+", address):
            raise UnfitError(f"{address!r} is no e-mail address", "write one per entry, as in [reviews@shop.example]")
    return tuple(dict.fromkeys(addresses))


def _sender(address: str | None) -> str | None:
    return address and _each_an_address((address,))[0]


def _web_address(address: str | None) -> str | None:
    if address is not None and not re.fullmatch(r"https?://[^\s\"'<>]+", address):
        raise UnfitError(f"{address!r} is no web address", "write it as in https://reviews.shop.example")
    return address and address.rstrip("/")


class Reports(StrictModel):
    """Who gets the e-mail of a month that was closed, in which language; `address` is where readers find the pages."""

    mail_to: Annotated[Listed[Text], AfterValidator(_each_an_address)] = ()
    mail_from: Annotated[Text | None, AfterValidator(_sender)] = None
    language: Literal["nl", "en"] = "en"
    address: Annotated[Text | None, AfterValidator(_web_address)] = None


class Inbox(StrictModel):
    """From which share of a file's rows on rejected ones are a warning, and from which on nothing is published.

    Files of fewer rows than `stop_from_rows` never stop anything.
    """

    warn_above_share_rejected: Annotated[Number, Field(ge=0, le=1)] = Decimal("0.01")
    stop_above_share_rejected: Annotated[Number, Field(ge=0, le=1)] = Decimal("0.5")
    stop_from_rows: Annotated[int, Field(ge=1)] = 20

    @model_validator(mode="after")
    def _warns_before_it_stops(self) -> Self:
        if self.stop_above_share_rejected < self.warn_above_share_rejected:
            remedy = "make it larger, or make warn_above_share_rejected smaller"
            raise UnfitError("it is below warn_above_share_rejected", remedy, "stop_above_share_rejected")
        return self


class Sources(StrictModel):
    """The sources; `platform_aliases` maps a GA4 source or an export's platform, in lower case, to one platform."""

    ga4: Ga4 = Ga4()
    mailchimp: Mailchimp = Mailchimp()
    on_failure: Literal["publish_stale", "hold"] = "publish_stale"
    file_reach_days: Annotated[int, Field(ge=0, le=366)] = 7
    alerts: Alerts = Alerts()
    reports: Reports = Reports()
    inbox: Inbox = Inbox()
    shop_pages: Annotated[Listed[Text], AfterValidator(_paths)] = ("/shop/", "/product/", "/products/")
    platform_aliases: Annotated[Mapping[Text, Id], AfterValidator(_lower_keys)] = Field(default_factory=dict)

    @property
    def switched_off(self) -> tuple[str, ...]:
        """The APIs that are not read, of which nothing counts that was read before."""
        return tuple(name for name in ("ga4", "mailchimp") if not getattr(self, name).enabled)
