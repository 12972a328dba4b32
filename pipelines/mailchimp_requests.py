"""How a call of the generated Mailchimp client becomes a path and a query string, without its escaping defects.

Only the shape of a request belongs here; sending it is the transport's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from pipelines.failures import WrongUse

PROJECTIONS = frozenset({"fields", "exclude_fields"})


def filled_path(template: str, values: Mapping[str, Any]) -> str:
    """The path with its parameters, each fully quoted, so that none can reach another resource.

    Raises:
        WrongUse: a parameter is empty or walks up the path.
    """
    path = template
    for name, value in values.items():
        text = str(value)
        if text in {"", ".", ".."}:
            raise WrongUse(f"Mailchimp {template}", f"{name} is {text!r}", "pass the id of an object")
        path = path.replace(f"{{{name}}}", quote(text, safe=""))
    return path


def query_pairs(values: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    """The query as text pairs, lists joined by commas; parameters without a value are left out.

    Raises:
        WrongUse: `fields` or `exclude_fields` is not a list of texts, or a time has no zone.
    """
    return [(name, _text(name, value)) for name, value in values if value is not None]


def _text(name: str, value: Any) -> str:
    if name in PROJECTIONS and not (isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)):
        # A plain text would be taken apart letter by letter, and the answer would lack what was asked for.
        raise WrongUse(f"Mailchimp {name}", f"{value!r} is not a list of field names", f"pass {name}=[...]")
    if isinstance(value, list | tuple):
        return ",".join(_text("", one) for one in value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime) and value.tzinfo is None:
        raise WrongUse(f"Mailchimp {name}", f"{value} has no time zone", "pass an aware time")
    return value.isoformat() if isinstance(value, date) else str(value)
