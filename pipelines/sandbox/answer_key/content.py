"""What pages are read and what comes of it: views, clicks, actions, revenue and leads by page."""

from __future__ import annotations

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.channels import matches
from pipelines.sandbox.answer_key.formulas import (
    BY_CAMPAIGN,
    BY_CHANNEL,
    BY_DEVICE,
    BY_LANDING_PAGE,
    Formula,
    Subject,
)
from pipelines.sandbox.answer_key.page_visits import Visit, visits
from pipelines.sandbox.answer_key.rules import Rules
from pipelines.sandbox.answer_key.tally import Tally

CLICK, SIGN_UP = "cta_click", "sign_up"
EVERYWHERE = (*BY_DEVICE, *BY_LANDING_PAGE)


def is_in(rules: Rules, page_set: str, address: str) -> bool:
    """Whether a page belongs to a set."""
    return any(matches(glob, address) for glob in rules.page_sets[page_set])


def _count(tally: Tally, books: Books) -> None:
    for visit in visits(books):
        _count_pages(tally, visit, books.rules)
        _count_events(tally, visit, books.rules)
        _count_session(tally, visit, books.rules)
    for person in books.persons:
        of_channel = any(person.channel.casefold() == one.casefold() for one in books.rules.content_channels)
        if of_channel or is_in(books.rules, "content", person.landing_page):
            members = {"channel": person.channel, "landing_page": person.landing_page}
            tally.add("content_leads", person.created_day, 1, **members)


def _count_pages(tally: Tally, visit: Visit, rules: Rules) -> None:
    for page in visit.pages:
        members = {**visit.members, "page": page.page}
        tally.add("page_views", visit.day, page.views, **members)
        tally.add("engagement_seconds", visit.day, page.engagement_seconds, **members)
        if is_in(rules, "blog", page.page):
            tally.add("blog_views", visit.day, page.views, **members)
        if is_in(rules, "call_to_action", page.page):
            tally.add("cta_views", visit.day, page.views, **members, event_name=CLICK)
            if page.clicks:
                tally.add("cta_clicks", visit.day, page.clicks, **members, event_name=CLICK)


def _count_events(tally: Tally, visit: Visit, rules: Rules) -> None:
    for name, number in visit.events.items():
        if number and name in rules.conversion_events:
            tally.add("conversions", visit.day, number, **visit.members, event_name=name)
        if number and name == SIGN_UP:
            tally.add("sign_ups", visit.day, number, **visit.members)


def _count_session(tally: Tally, visit: Visit, rules: Rules) -> None:
    tally.add("session_seconds", visit.day, visit.seconds, **visit.members)
    tally.add("timed_sessions", visit.day, 1, **visit.members)
    if visit.revenue_eur:
        tally.add("landing_revenue", visit.day, visit.revenue_eur, **visit.members)
    is_excluded = any(matches(pattern, visit.source) for pattern, _ in rules.exclusions)
    if visit.members["channel"] == "Referral" and not is_excluded:
        tally.add("referral_sessions", visit.day, 1, **visit.members, referrer=visit.source)


WEBSITE_CONTENT = Subject(
    formulas=(
        Formula("pageviews", "page_views", slices=(*BY_DEVICE, "page", *BY_CAMPAIGN)),
        Formula("pages_per_session", "page_views", "timed_sessions", (*BY_DEVICE, *BY_CAMPAIGN)),
        Formula("avg_session_duration", "session_seconds", "timed_sessions", (*BY_DEVICE, *BY_CAMPAIGN)),
        Formula("avg_time_on_page", "engagement_seconds", "page_views", ("total", "page")),
        Formula("blog_post_views", "blog_views", slices=(*BY_CHANNEL, "page")),
        Formula("content_ctr", "cta_clicks", "cta_views", (*BY_CHANNEL, "page", "event_name")),
        Formula("conversions", "conversions", slices=(*EVERYWHERE, "event_name")),
        Formula("new_signups", "sign_ups", slices=EVERYWHERE),
        Formula("referral_sessions", "referral_sessions", slices=("total", "referrer", "landing_page")),
        Formula("top_performing_pages", "landing_revenue", slices=("landing_page",), grains=("month",)),
        Formula("content_leads", "content_leads", slices=(*BY_CHANNEL, "landing_page")),
    ),
    count=_count,
    sources={"content_leads": (("crm_leads",),)},
)
