"""The bookkeeping of what ran: checks, builds and their texts, sources, quotas, and whose warehouse it is."""

from __future__ import annotations

# table -> (comment, ((column, type, comment), ...))
RUN_TABLES: dict[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {
    "meta.check_result": (
        "Outcome of every check of the last build.",
        (
            ("run_id", "varchar", "the run"),
            ("table_name", "varchar", "the table that was checked"),
            ("check_name", "varchar", "what must hold"),
            ("severity", "varchar", "blocking, error or warning"),
            ("passed", "boolean", "whether it holds"),
            ("figure", "bigint", "number of rows that break it"),
            ("checked_at", "timestamp", "wall time, UTC"),
        ),
    ),
    "meta.build": (
        "What the tables were built from: one row, of the last build.",
        (
            ("run_id", "varchar", "the run"),
            ("built_at", "timestamp", "wall time, UTC"),
            ("business_date", "date", "first day that is not counted"),
            ("is_demo", "boolean", "made from the demo company"),
            ("duckdb_version", "varchar", "release of the database"),
            ("models_hash", "varchar", "sha256 over the table texts and macros"),
            ("definitions_hash", "varchar", "sha256 over the KPI catalogue"),
            ("config_hash", "varchar", "sha256 over the other configuration"),
            ("cut", "varchar", "object -> last load that counts, as JSON"),
            ("is_complete", "boolean", "false while a build is under way or after it broke off"),
        ),
    ),
    "meta.source_outcome": (
        "What each source did in each run.",
        (
            ("run_id", "varchar", "the run"),
            ("source", "varchar", "ga4, mailchimp or inbox"),
            ("business_date", "date", "the business date of the run"),
            ("state", "varchar", "read, unavailable (try again later) or failed (somebody has to look)"),
            ("message", "varchar", "what was read, or what failed and what to do"),
            ("finished_at", "timestamp", "wall time, UTC"),
        ),
    ),
    "meta.quota": (
        "What each read of GA4 used of the property's quotas, and what was left of them then.",
        (
            ("run_id", "varchar", "the run"),
            ("object", "varchar", "what was read"),
            ("bucket", "varchar", "quota as GA4 names it, for example tokens_per_day"),
            (
                "consumed",
                "bigint",
                "used by the requests of this read; of concurrent requests and errors what is in use",
            ),
            ("remaining", "bigint", "left after the last of its answers, for every tool that reads the property"),
            ("seen_at", "timestamp", "wall time of the last answer, UTC"),
        ),
    ),
    "meta.text": (
        "Every table text, macro and configuration file that was ever built with, by its hash.",
        (
            ("sha256", "varchar", "hash of the body"),
            ("kind", "varchar", "model, macro or config"),
            ("name", "varchar", "table or file it is"),
            ("body", "varchar", "the text"),
        ),
    ),
    "meta.text_set": (
        "Which texts made up a models, definitions or config hash.",
        (
            ("set_hash", "varchar", "the hash a build or snapshot names"),
            ("kind", "varchar", "model, macro or config"),
            ("name", "varchar", "table or file"),
            ("sha256", "varchar", "the text"),
        ),
    ),
    "meta.column_lineage": (
        "Column lineage of every query version that was traced.",
        (
            ("version", "varchar", "version of the table's query"),
            ("lineage", "varchar", "column -> columns it is made of, as JSON"),
        ),
    ),
    "meta.identity": (
        "What this warehouse belongs to: it is never mixed.",
        (
            ("name", "varchar", "is_demo or pepper"),
            ("value", "varchar", "true or false; fingerprint of the HMAC secret"),
        ),
    ),
}
