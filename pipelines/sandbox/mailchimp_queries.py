"""What the query string makes of an answer: filters, order, pages and the projection onto fields.

Knows documents and parameters only; where they come from and how they travel belongs to the neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# Mailchimp reference §7: count default 10, max 1000
DEFAULT_COUNT = 10
LARGEST_COUNT = 1000
# Mailchimp reference §6: the filter accepts only these
FILTERED_STATUSES = frozenset({"save", "paused", "schedule", "sending", "sent"})

Document = dict[str, Any]


class BadQueryError(Exception):
    """The query asks for something the API refuses with 400; the text says what."""


@dataclass(frozen=True)
class Collection:
    """How one collection can be queried: time filters and equality filters by parameter, and what it sorts by."""

    key: str
    times: Mapping[str, str] = field(default_factory=dict)
    equals: Mapping[str, str] = field(default_factory=dict)
    sorts: Mapping[str, str] = field(default_factory=dict)


# Mailchimp reference §5: the parameters of each call
CAMPAIGNS = Collection(
    "campaigns",
    times={"send_time": "send_time", "create_time": "create_time"},
    equals={"status": "status", "type": "type", "list_id": "recipients.list_id"},
    sorts={"send_time": "send_time", "create_time": "create_time"},
)
REPORTS = Collection("reports", times={"send_time": "send_time"}, equals={"type": "type"})
AUTOMATIONS = Collection(
    "automations", times={"create_time": "create_time", "start_time": "start_time"}, equals={"status": "status"}
)
LISTS = Collection(
    "lists",
    times={"date_created": "date_created", "campaign_last_sent": "stats.campaign_last_sent"},
    sorts={"date_created": "date_created"},
)
HISTORY = Collection("history", sorts={"month": "month"})
ACTIVITY = Collection("activity")


def collection_answer(collection: Collection, rows: list[Document], query: Mapping[str, str]) -> Document:
    """The asked page of a collection with `total_items` of everything that passed the filters.

    Raises:
        BadQueryError: a parameter has a value the API refuses.
    """
    kept = _sorted(collection, [row for row in rows if _passes(collection, row, query)], query)
    count = _whole("count", query, DEFAULT_COUNT)
    if count > LARGEST_COUNT:
        raise BadQueryError(f"count is {count}, the largest is {LARGEST_COUNT}")
    offset = _whole("offset", query, 0)
    return {collection.key: kept[offset : offset + count], "total_items": len(kept), "_links": []}


def projected(document: Document, query: Mapping[str, str]) -> Document:
    """The document with only `fields`, or without `exclude_fields`, both comma-separated and dotted."""
    # Mailchimp reference §7: `fields` drops total_items unless asked (unverified)
    if query.get("fields"):
        document = _only(document, _tree(query["fields"]))
    if query.get("exclude_fields"):
        document = _without(document, _tree(query["exclude_fields"]))
    return document


def _passes(collection: Collection, row: Document, query: Mapping[str, str]) -> bool:
    if query.get("status", "sent") not in FILTERED_STATUSES and "status" in collection.equals:
        raise BadQueryError(f"status {query['status']!r} is none of {', '.join(sorted(FILTERED_STATUSES))}")
    if any(parameter in query and _at(row, path) != query[parameter] for parameter, path in collection.equals.items()):
        return False
    # Mailchimp reference §12: whether the bounds are inclusive is unknown; here since is, before is not
    bounds: list[tuple[str, Callable[[datetime, datetime], bool]]] = [
        ("since", lambda moment, bound: moment >= bound),
        ("before", lambda moment, bound: moment < bound),
    ]
    for name, path in collection.times.items():
        for word, holds in bounds:
            if f"{word}_{name}" in query:
                moment = _at(row, path)
                if not moment or not holds(_moment(name, moment), _moment(name, query[f"{word}_{name}"])):
                    return False
    return True


def _sorted(collection: Collection, rows: list[Document], query: Mapping[str, str]) -> list[Document]:
    sort_field = query.get("sort_field")
    if sort_field is None or not collection.sorts:
        return rows
    if sort_field not in collection.sorts:
        raise BadQueryError(f"sort_field {sort_field!r} is none of {', '.join(sorted(collection.sorts))}")
    path = collection.sorts[sort_field]
    return sorted(rows, key=lambda row: str(_at(row, path)), reverse=query.get("sort_dir", "ASC").upper() == "DESC")


def _whole(name: str, query: Mapping[str, str], default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal():
        raise BadQueryError(f"{name} is {text!r}, not a whole number")
    return int(text)


def _moment(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadQueryError(f"{name} {text!r} is no ISO 8601 time") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _at(row: Document, path: str) -> Any:
    value: Any = row
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _tree(fields: str) -> Document:
    """`a.b,c` as {"a": {"b": {}}, "c": {}}; an empty branch stands for everything below."""
    tree: Document = {}
    for path in fields.split(","):
        branch = tree
        for name in path.strip().split("."):
            branch = branch.setdefault(name, {})
    return tree


def _only(value: Any, tree: Document) -> Any:
    if not tree:
        return value
    if isinstance(value, list):
        return [_only(one, tree) for one in value]
    if isinstance(value, dict):
        return {name: _only(value[name], branch) for name, branch in tree.items() if name in value}
    return value


def _without(value: Any, tree: Document) -> Any:
    if isinstance(value, list):
        return [_without(one, tree) for one in value]
    if isinstance(value, dict):
        kept = {name: one for name, one in value.items() if name not in tree or tree[name]}
        return {name: _without(one, tree[name]) if name in tree else one for name, one in kept.items()}
    return value
