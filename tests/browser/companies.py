"""Companies that a page must bear: a usual one, one without data, one of forty channels, and a hostile one."""

from __future__ import annotations

import duckdb
from sample_morning import morning_connection
from sample_snapshot import month_at, tell_of

from pipelines.alerts import Alert
from pipelines.review.today import Told

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://evil.example")\'--',
    "![x](http://evil.example/x.png)<svg onload=alert(1)>]]><!--",
)
LONG = "Zomercampagne-" * 14 + "2026"
UNBROKEN = "x" * 200


def usual() -> duckdb.DuckDBPyConnection:
    return tell_of(morning_connection())


def without_data() -> duckdb.DuckDBPyConnection:
    """A month was closed and a night was built, of nothing."""
    connection = usual()
    for schema in ("snapshots", "marts"):
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = ? and table_name <> 'snapshot'", [schema]
        ).fetchall():
            connection.execute(f"delete from {schema}.{table}")
    return connection


def of_forty_channels() -> duckdb.DuckDBPyConnection:
    """Names of 200 characters among them, with and without a place to break."""
    names = [LONG[:200], UNBROKEN, *(f"Channel {place} of the {place % 7} partners" for place in range(38))]
    connection = morning_connection([(name, 0.02, 100 + place, 50) for place, name in enumerate(names)])
    connection.execute("update snapshots.rejection set path = ?, column_name = ?", [f"leads/{UNBROKEN}.csv", UNBROKEN])
    _fail(connection, UNBROKEN)
    return tell_of(connection, annotations=[_annotation(1, UNBROKEN), _annotation(2, LONG)])


def hostile() -> duckdb.DuckDBPyConnection:
    """Every text that comes from outside is one that wants to be more than text."""
    connection = morning_connection([(name, 0.2, 900, 90) for name in HOSTILE])
    script, image, formula, markup = HOSTILE
    connection.execute("update reference.kpi set name_nl = ?, name_en = ? where kpi_id = 'revenue'", [script, image])
    connection.execute("update reference.stage set name_nl = ?, name_en = ? where stage = 'mql'", [markup, formula])
    connection.execute("update snapshots.kpi_value set status_reason = ? where kpi_id = 'mqls'", [script])
    connection.execute("update snapshots.snapshot set note = ?", [image])
    connection.execute(
        "update snapshots.refused_load set object = ?, first_part = ?, reason = ?", [script, image, markup]
    )
    connection.execute(
        "update snapshots.rejection set path = ?, column_name = ?, reason = ?, remedy = ?",
        [script, image, formula, markup],
    )
    _fail(connection, image)
    return tell_of(connection, annotations=[_annotation(place, name) for place, name in enumerate(HOSTILE, 1)])


def told_of(text: str) -> Told:
    return Told(("ga4",), (Alert("quota nearly used", text, f"ga4 {text}: 10 were left: ask less"),))


def _fail(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    """The last night told this of a source, a file, a target, a check, a load and a row."""
    connection.execute(
        """insert into meta.source_outcome by name select 'night' as run_id, 'ga4' as source,
            date '2026-11-06' as business_date, 'failed' as state, $text as message, now()::timestamp as finished_at""",
        {"text": text},
    )
    connection.execute(
        """insert into meta.file by name select $text || '.csv' as path, 'leads' as kind, 'unreadable' as state,
            $text as reason, now()::timestamp as seen_at""",
        {"text": text},
    )
    connection.execute(
        """insert into meta.check_result by name select 'marts.' || $text as table_name, $text as check_name,
            'error' as severity, false as passed, 3 as figure""",
        {"text": text},
    )
    connection.execute("insert into marts.refused_load select 7, $text, 1, $text, $text, $text", {"text": text})
    connection.execute(
        """insert into marts.rejection by name
        select $text as path, 'leads' as kind, 3 as load_id, 10 as rows_in, 2 as rows_rejected, 0.2 as rejected_share,
            $text as column_name, 2 as rows, 4 as first_line, '4-5' as lines, $text as reason, $text as remedy,
            1 as wordings, false as is_of_erased""",
        {"text": text},
    )
    connection.execute(
        """insert into marts.kpi_target_status by name
        select $text as target_id, 'new_leads' as kpi_id, 'month' as grain, date '2026-11-01' as period_start,
            'channel' as slice, $text as member, date '2026-11-05' as as_of, $text as owner, 50 as target_value,
            'week' as target_period, 36 as expected_by_now, 15 as actual, 15 / 36 as pace, 'behind' as status,
            $text as reason""",
        {"text": text},
    )


def _annotation(number: int, text: str) -> tuple[str | int | None, ...]:
    month = month_at(13)
    return number, str(month), str(month.replace(day=3)), None, text, text, text, text
