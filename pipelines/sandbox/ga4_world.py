"""The truth as GA4's tables: sessions, their pages and events, and ad costs on days of the property's zone.

Made once per server; every request reads from it through a cursor. What a request asks belongs to `ga4_query`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.sandbox.truth import Truth
from pipelines.sandbox.truth_pages import with_pages

# A sum of doubles depends on the order of its rows; the same question must get the same answer.
_EXACT = "decimal(18, 6)"

# `shown_on` is the first business date whose reports show the row. GA4 reference §9: late hits are taken for 3 days
_SESSION_ROWS = f"""
create table session_row as
select
  day, cast(day + arrives_after_days + 1 as date) as shown_on, session_id, visitor_id,
  coalesce(channel, 'Unassigned') as channel, coalesce(source, '(not set)') as source,
  coalesce(medium, '(not set)') as medium, coalesce(campaign_id, '(not set)') as campaign_id,
  coalesce(campaign, '(not set)') as campaign, coalesce(ad, '(not set)') as ad,
  coalesce(device, '(not set)') as device, coalesce(landing_page, '(not set)') as landing_page,
  coalesce(host, '(not set)') as host, is_first_visit, engaged,
  purchases > 0 and row_number() over (partition by visitor_id, purchases > 0 order by started_at, session_id) = 1
    as is_first_purchase,
  -- GA4 reference §7: what a visitor began with stays
  min(case when is_first_visit then day end) over (partition by visitor_id) as first_session_day,
  first_value(coalesce(channel, 'Unassigned'))
    over (partition by visitor_id order by not is_first_visit, started_at, session_id) as first_channel,
  engagement_seconds, page_views, seconds, first_has_scrolled or next_has_scrolled as has_scrolled, cta_clicks,
  1 as starts, first_page as page,
  -- a session has at least the events it is known to have
  greatest(events, 1 + page_views + generate_lead_events + sign_up_events + purchases + item_views + add_to_carts
    + checkouts) as events,
  generate_lead_events, sign_up_events, cast(key_events as {_EXACT}) as key_events, item_views, add_to_carts,
  checkouts, purchases, cast(revenue_eur as {_EXACT}) as revenue_eur,
  cast(null as {_EXACT}) as ad_cost_eur, cast(null as bigint) as ad_clicks, cast(null as bigint) as ad_impressions,
  cast(null as varchar) as event_name,
  first_has_scrolled, next_page, next_views, next_engagement_seconds, next_has_scrolled, next_cta_clicks
from given_sessions
order by day
"""  # noqa: S608

# What a session did on each of its pages; all but looking and clicking happened on the page that it began on.
_NOT_ON_NEXT = ("generate_lead_events", "sign_up_events", "item_views", "add_to_carts", "checkouts", "purchases")
_NOTHING = ", ".join(f"0 as {name}" for name in ("starts", "seconds", *_NOT_ON_NEXT))
_PAGE_ROWS = f"""
create view page_row as
select * replace (
  first_has_scrolled as has_scrolled, page_views - next_views as page_views,
  engagement_seconds - next_engagement_seconds as engagement_seconds, cta_clicks - next_cta_clicks as cta_clicks,
  events - next_views - next_cta_clicks as events
)
from session_row
union all
select * replace (
  next_page as page, next_has_scrolled as has_scrolled, next_views as page_views,
  next_engagement_seconds as engagement_seconds, next_cta_clicks as cta_clicks,
  next_views + next_cta_clicks as events, {_NOTHING}, cast(0 as {_EXACT}) as key_events,
  cast(0 as {_EXACT}) as revenue_eur
)
from session_row
where next_page is not null
"""  # noqa: S608

# An ad has a cost and no session; what it lacks is NULL, which no count and no sum sees.
_AD_ROWS = f"""
create table ad_row as
select * from (from session_row limit 0)
union all by name
select * exclude (cost_eur), cast(cost_eur as {_EXACT}) as ad_cost_eur, cast(day + 1 as date) as shown_on from given_ads
"""  # noqa: S608

# Per event: how often a session has it, and which columns count on it. Each column counts on one event only, so that
# sums over the events are those of the sessions; key events that belong to no named event count on the session's start.
_LEAD_KEYS = "least(key_events, generate_lead_events)"
_SIGN_UP_KEYS = f"least(key_events - {_LEAD_KEYS}, sign_up_events)"
_PURCHASE_KEYS = f"least(key_events - {_LEAD_KEYS} - {_SIGN_UP_KEYS}, purchases)"
_EVENTS: dict[str, tuple[str, dict[str, str]]] = {
    "session_start": (
        "starts",
        {
            "engagement_seconds": "engagement_seconds",
            "seconds": "seconds",
            "key_events": f"key_events - {_LEAD_KEYS} - {_SIGN_UP_KEYS} - {_PURCHASE_KEYS}",
        },
    ),
    "page_view": ("page_views", {"page_views": "page_views"}),
    "generate_lead": ("generate_lead_events", {"key_events": _LEAD_KEYS}),
    "sign_up": ("sign_up_events", {"key_events": _SIGN_UP_KEYS}),
    "purchase": (
        "purchases",
        {"purchases": "purchases", "revenue_eur": "revenue_eur", "key_events": _PURCHASE_KEYS},
    ),
    "view_item": ("item_views", {"item_views": "item_views"}),
    "add_to_cart": ("add_to_carts", {"add_to_carts": "add_to_carts"}),
    "begin_checkout": ("checkouts", {"checkouts": "checkouts"}),
    "cta_click": ("cta_clicks", {}),
}
_REST = "user_engagement"
_WHOLE = ("engagement_seconds", "seconds", "page_views", "item_views", "add_to_carts", "checkouts", "purchases")


def build_world(truth: Truth) -> duckdb.DuckDBPyConnection:
    """A database with `session_row`, `page_row`, their events and `ad_row`, all with the same columns."""
    world = duckdb.connect(config={"threads": "2"})
    world.register("given_sessions", _with_local_day(with_pages(truth.sessions), truth.time_zone))
    world.execute(_SESSION_ROWS)
    world.unregister("given_sessions")
    world.register("given_ads", _ads(truth))
    world.execute(_AD_ROWS)
    world.unregister("given_ads")
    world.execute(_PAGE_ROWS)
    for name, rows in (("event_row", "session_row"), ("page_event_row", "page_row")):
        # a table: most of what is asked is asked of events
        world.execute(f"create table {name} as select * from ({' union all '.join(_event_rows(rows))}) order by day")  # noqa: S608
    return world


def _with_local_day(sessions: pa.Table, time_zone: str) -> pa.Table:
    """GA4 reference §4: days are days of the property's zone."""
    local = pc.local_timestamp(sessions["started_at"].cast(pa.timestamp("us", time_zone)))
    return sessions.append_column("day", local.cast(pa.date32()))


def _ads(truth: Truth) -> pa.Table:
    """GA4 reference §7: cost of linked platforms and uploaded cost data only, in the property's currency."""
    known = [ad for ad in truth.ads if ad.in_ga4]
    columns = {
        "day": pa.array([ad.day for ad in known], pa.date32()),
        "channel": pa.array([ad.channel or "Unassigned" for ad in known], pa.string()),
        "cost_eur": pa.array([float(_in_eur(truth, ad.cost, ad.currency, ad.day)) for ad in known], pa.float64()),
    }
    for name in ("source", "medium", "campaign_id", "campaign"):
        columns[name] = pa.array([getattr(ad, name) or "(not set)" for ad in known], pa.string())
    for name in ("clicks", "impressions"):
        columns[f"ad_{name}"] = pa.array([getattr(ad, name) for ad in known], pa.int64())
    return pa.table(columns)


def _in_eur(truth: Truth, amount: Decimal, currency: str, day: date) -> Decimal:
    if currency == "EUR":
        return amount
    newest = max(known for known, code in truth.units_per_eur if code == currency and known <= day)
    return round(amount / truth.units_per_eur[newest, currency], 6)


def _event_rows(rows: str) -> list[str]:
    """One query per event name over the sessions, or their pages, that have it."""
    named = " - ".join(count for count, _ in _EVENTS.values())
    events = {**_EVENTS, _REST: (f"(events - {named})", {})}
    return [_event_query(rows, name, count, counted) for name, (count, counted) in events.items()]


def _event_query(rows: str, event: str, count: str, counted: dict[str, str]) -> str:
    replaced = [f"cast({counted.get(name, '0')} as bigint) as {name}" for name in _WHOLE]
    replaced += [f"cast({counted.get(name, '0')} as {_EXACT}) as {name}" for name in ("key_events", "revenue_eur")]
    replaced += [f"cast({count} as bigint) as events", f"'{event}' as event_name"]
    return f"select * replace ({', '.join(replaced)}) from {rows} where {count} > 0"  # noqa: S608
