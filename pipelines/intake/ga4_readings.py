"""What the warehouse knows of earlier readings of GA4: when each part was read last, and what GA4 said then.

Only loads that came from GA4 and that nobody took back are readings; what a ruling writes is none.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import duckdb

from pipelines.failures import DataFailed

_READINGS = """from meta.load as l
    where l.object = $object and l.source = 'ga4' and l.load_id not in (
        select r.load_id from meta.ruling as r where r.action = 'retract'
    )"""


def read_on(connection: duckdb.DuckDBPyConnection, object_name: str) -> dict[str, date]:
    """For every part of an object the business date of its newest reading; what waits refused was not read well."""
    rows = connection.execute(
        f"""select p.part, arg_max(l.business_date, l.load_id) as read_on
        from (select l.load_id, l.business_date {_READINGS}) as l
        inner join meta.load_part as p on p.load_id = l.load_id
        group by p.part having arg_max(p.state, l.load_id) <> 'refused'""",
        {"object": object_name},
    ).fetchall()
    return dict(rows)


def newest_flags(connection: duckdb.DuckDBPyConnection, object_name: str) -> dict[str, Any]:
    """What GA4 said of its newest answers that were stored; nothing when there are none."""
    rows = connection.execute(
        f"select l.flags {_READINGS} order by l.load_id desc limit 1", {"object": object_name}
    ).fetchall()
    found: dict[str, Any] = json.loads(rows[0][0]) if rows else {}
    return found


def refuse_other_hours(object_name: str, before: dict[str, Any], now: dict[str, Any], time_zone: str | None) -> None:
    """Days of another zone are other hours, so that a change is taken only when the configuration names it.

    GA4 reference §4: dates are those of the property's zone.

    Raises:
        DataFailed: the property counts its days in another zone than before, or than it should.
    """
    expected, answered = time_zone or before.get("time_zone"), now["time_zone"]
    if expected and answered != expected:
        raise DataFailed(
            object_name,
            f"the property counts its days in {answered or 'no zone'}, expected was {expected}",
            f"undo the change in GA4 under Admin, or accept it with `time_zone: {answered}` under ga4 in sources.yaml",
        )
