"""What Mailchimp would count for one newsletter of the truth at one moment: status, campaign and report as JSON.

Counts are taken from single events, so they mature with the clock and bounces can fall. Collections, queries and HTTP
belong to the neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from pipelines.sandbox.truth import MailEvent, Newsletter

CREATED_BEFORE_SENDING = timedelta(days=7)
SENDING_TAKES = timedelta(hours=1)
LINKS = [{"rel": "self", "href": "https://api.example.com/3.0", "method": "GET"}]
SHOP_CURRENCY = "EUR"
AUTOMATION = "automation"
INDUSTRY = {
    "type": "Home and Garden",
    "open_rate": 0.3142,
    "bounce_rate": 0.0087,
    "unopen_rate": 0.6771,
    "unsub_rate": 0.0024,
    "abuse_rate": 0.0002,
    "click_rate": 0.0257,
}
WITHOUT_INDUSTRY = ("absplit", "variate")


def created_at(newsletter: Newsletter) -> datetime:
    """When the campaign was made; before that nobody sees it."""
    return newsletter.send_time - CREATED_BEFORE_SENDING


def status(newsletter: Newsletter, now: datetime) -> str:
    """The campaign's state: schedule, sending or sent; an automation never ends."""
    # Mailchimp reference §7: batch and time-zone delivery take hours, status `sending` gives partial counts
    if newsletter.send_time > now:
        return "schedule"
    if newsletter.type == AUTOMATION:
        return "sending"
    return "sending" if now < newsletter.send_time + SENDING_TAKES else "sent"


def moment_text(moment: datetime | None) -> str:
    """A time as the API writes it."""
    # Mailchimp reference §6: `""` for missing date-times; §8: times are UTC
    return "" if moment is None else moment.replace(microsecond=0).isoformat()


def campaign(newsletter: Newsletter, now: datetime) -> dict[str, Any]:
    """One entry of `campaigns[]` (without report_summary, which lacks what the report has)."""
    # Mailchimp reference §6: campaign; settings name the sender, so a client has reason not to ask for all of them
    state = status(newsletter, now)
    has_send_time = state != "schedule" and newsletter.type != AUTOMATION
    return {
        "id": newsletter.campaign_id,
        "web_id": int.from_bytes(newsletter.campaign_id.encode()[:4], "big"),
        "parent_campaign_id": newsletter.parent_campaign_id,
        "type": newsletter.type,
        "create_time": moment_text(created_at(newsletter)),
        "send_time": moment_text(newsletter.send_time if has_send_time else None),
        "status": state,
        "emails_sent": emails_so_far(newsletter, now),
        "content_type": "template",
        "recipients": {"list_id": newsletter.list_id, "list_is_active": True, "segment_text": ""},
        "settings": {
            "subject_line": newsletter.subject,
            "title": newsletter.title,
            "from_name": "The Demo Company",
            "reply_to": "newsletter@example.com",
        },
        "tracking": {
            "opens": True,
            "html_clicks": True,
            "ecomm360": True,
            # Mailchimp reference §9: at most 50 characters, becomes utm_campaign
            "google_analytics": newsletter.utm_campaign[:50],
        },
        "_links": LINKS,
    }


def report(newsletter: Newsletter, now: datetime) -> dict[str, Any]:
    """One entry of `reports[]` (without the 24-hour timeseries)."""
    seen = [event for event in newsletter.events if event.at < now]
    emails_sent = emails_so_far(newsletter, now)
    hard = len(_recipients(seen, "hard_bounce"))
    # Mailchimp reference §7 Maturation: a soft bounce shows at once and is removed when a retry succeeds
    soft = len(_recipients(seen, "soft_bounce") - _recipients(seen, "soft_bounce_resolved"))
    # Mailchimp reference §8: rates divide by successful deliveries
    delivered = emails_sent - hard - soft - newsletter.syntax_errors
    return {
        "id": newsletter.campaign_id,
        "campaign_title": newsletter.title,
        "type": newsletter.type,
        "list_id": newsletter.list_id,
        "list_is_active": True,
        "subject_line": newsletter.subject,
        "emails_sent": emails_sent,
        "abuse_reports": len(_recipients(seen, "complaint")),
        "unsubscribed": len(_recipients(seen, "unsubscribe")),
        "send_time": moment_text(None if newsletter.type == AUTOMATION else newsletter.send_time),
        "rss_last_send": "",
        "bounces": {"hard_bounces": hard, "soft_bounces": soft, "syntax_errors": newsletter.syntax_errors},
        "forwards": {"forwards_count": sum(event.kind == "forward" for event in seen), "forwards_opens": 0},
        "opens": _opens(seen, delivered),
        "clicks": _clicks(seen, delivered),
        # Mailchimp reference §6: total_spent is gross, total_revenue is not; the truth knows only the latter
        "ecommerce": {
            "total_orders": newsletter.orders,
            "total_spent": float(newsletter.revenue),
            "total_revenue": float(newsletter.revenue),
            "currency_code": SHOP_CURRENCY,
        },
        **_industry(newsletter),
        # Mailchimp reference §6: share_report holds a share password, a secret
        "share_report": {"share_url": "https://share.example.com/report", "share_password": "a-share-secret"},
        "_links": LINKS,
    }


def _industry(newsletter: Newsletter) -> dict[str, Any]:
    # Mailchimp reference §6: may be absent; an A/B test stands for the reports that lack it
    return {} if newsletter.type in WITHOUT_INDUSTRY else {"industry_stats": dict(INDUSTRY)}


def _opens(seen: list[MailEvent], delivered: int) -> dict[str, Any]:
    # Mailchimp reference §6: opens include privacy proxies, proxy_excluded_* do not; dates may be `""`
    opens = [event for event in seen if event.kind in {"open", "proxy_open"}]
    human = [event for event in opens if event.kind == "open"]
    unique, unique_human = len({event.recipient for event in opens}), len({event.recipient for event in human})
    return {
        "opens_total": len(opens),
        "unique_opens": unique,
        "open_rate": _rate(unique, delivered),
        "last_open": moment_text(max((event.at for event in opens), default=None)),
        "proxy_excluded_opens": len(human),
        "proxy_excluded_unique_opens": unique_human,
        "proxy_excluded_open_rate": _rate(unique_human, delivered),
    }


def _clicks(seen: list[MailEvent], delivered: int) -> dict[str, Any]:
    # Mailchimp reference §6: unique_clicks = (subscriber, link) pairs, unique_subscriber_clicks = people
    clicks = [event for event in seen if event.kind == "click"]
    people = len({event.recipient for event in clicks})
    return {
        "clicks_total": len(clicks),
        "unique_clicks": len({(event.recipient, event.link) for event in clicks}),
        "unique_subscriber_clicks": people,
        "click_rate": _rate(people, delivered),
        "last_click": moment_text(max((event.at for event in clicks), default=None)),
    }


def emails_so_far(newsletter: Newsletter, now: datetime) -> int:
    """Of a campaign that is still being sent, the share of the hour that has passed; of an automation, every e-mail."""
    if newsletter.type == AUTOMATION:
        return sum(event.kind == "sent" and event.at < now for event in newsletter.events)
    passed = min(max(now - newsletter.send_time, timedelta()), SENDING_TAKES)
    return newsletter.emails_sent * passed // SENDING_TAKES if passed else 0


def _recipients(events: Iterable[MailEvent], kind: str) -> set[int]:
    return {event.recipient for event in events if event.kind == kind}


def _rate(count: int, delivered: int) -> float:
    # Mailchimp reference §8: report rates are fractions of 1
    return count / delivered if delivered > 0 else 0
