"""The bookkeeping of persons who were erased: the acts, whom files may not bring back, and which parts were blanked.

Rows are only ever added. No id stands in any of them.
"""

from __future__ import annotations

# table -> (comment, ((column, type, comment), ...))
ERASURE_TABLES: dict[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {
    "meta.erasure": (
        "Every erasure of persons: what was done and why, never whom it was about.",
        (
            ("erasure_id", "bigint", "strictly increasing number of the erasure"),
            ("source", "varchar", "lead or customer"),
            ("persons", "bigint", "rows removed from raw.person"),
            ("rows_blanked", "bigint", "rows of raw tables of which columns were blanked"),
            ("values_blanked", "bigint", "rejected cells that named one of the persons and were blanked"),
            ("erased_at", "timestamp", "wall time, UTC"),
            ("note", "varchar", "why, as whoever erased wrote it"),
        ),
    ),
    "meta.erased_person": (
        "Whom no file brings back: rows that name one of them are rejected.",
        (
            ("erasure_id", "bigint", "the erasure"),
            ("source", "varchar", "lead or customer"),
            ("source_id_hmac", "varchar", "HMAC of the id in the source"),
        ),
    ),
    "meta.erased_part": (
        "The parts that hold rows of erased persons, as they are since: full exports do not withdraw them.",
        (
            ("erasure_id", "bigint", "the erasure"),
            ("load_id", "bigint", "the load that holds the rows"),
            ("object", "varchar", "what was read"),
            ("part", "varchar", "name of the part, a pseudonym"),
            (
                "content_hash",
                "varchar",
                "sha256 of the rows of the part since; NULL: they were not those that were stored. The newest counts",
            ),
        ),
    ),
}
