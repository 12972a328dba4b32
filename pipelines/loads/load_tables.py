"""The bookkeeping of what was read: loads and their parts, rulings, files, persons, and what counts now."""

from __future__ import annotations

# table -> (comment, ((column, type, comment), ...))
LOAD_TABLES: dict[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {
    "meta.load": (
        "Every read of a source object that was stored or found unchanged.",
        (
            ("load_id", "bigint", "strictly increasing number of the load"),
            ("source", "varchar", "ga4, mailchimp or file; ruling for a retraction or acceptance"),
            ("object", "varchar", "what was read, for example ga4.channel_day or lead"),
            ("window_from", "date", "first day asked for; NULL when the object has no window"),
            ("window_to", "date", "last day asked for; NULL when the object has no window"),
            ("fetched_at", "timestamp", "wall time of the read, UTC; shown, never computed with"),
            ("business_date", "date", "the business date the read belongs to"),
            ("rows_read", "bigint", "rows that the source sent"),
            ("content_hash", "varchar", "sha256 over the hashes of the parts that arrived"),
            ("run_id", "varchar", "the run that read it"),
            ("flags", "varchar", "what the source said about its answer, as JSON"),
            ("fetch_id", "bigint", "first load of the same read: all of them are taken back together"),
            ("repeats", "bigint", "the load whose content came again word for word; NULL when it was read anew"),
            ("judged_by", "varchar", "the gate and the kind of export it was judged by, as JSON"),
            ("columns", "varchar[]", "the columns of its rows that the hashes of its parts are over"),
        ),
    ),
    "meta.load_part": (
        "The parts of each load: a day, a month, a report set or a replacement scope of a file.",
        (
            ("load_id", "bigint", "the load it came with"),
            ("object", "varchar", "what was read"),
            ("part", "varchar", "name of the part; a pseudonym where it stands for a person, deal or order"),
            ("rows", "bigint", "rows the part holds from this load on"),
            ("content_hash", "varchar", "sha256 of the rows of the part, independent of their order"),
            ("state", "varchar", "accepted, unchanged, refused or retracted"),
            ("reason", "varchar", "why it was refused, or that it was withdrawn"),
            ("control_total", "decimal(38,6)", "sum that guards against a collapse; NULL when unguarded"),
            ("keys", "bigint", "distinct keys among the rows that came"),
            ("rows_from", "bigint", "for a ruling, the load whose rows hold the part; NULL: the load itself"),
            ("brought_by", "bigint", "for a ruling, the load that brought the content last; NULL: the load itself"),
            ("state_before", "varchar", "state it was given when it came; NULL when no ruling changed it"),
            (
                "checksum",
                "hugeint",
                "sum of the engine's hashes of the rows: a quick look before content_hash is made again",
            ),
        ),
    ),
    "meta.load_confirmation": (
        "What a load found unchanged where its kind keeps no row for that: a ruling has to know that it came again.",
        (
            ("load_id", "bigint", "the load that brought the same again"),
            ("rows_from", "bigint", "the load whose rows hold it; NULL when there were none"),
            ("parts", "varchar[]", "names of the parts; NULL when it was all that counted of that load"),
            ("part_count", "bigint", "number of the parts"),
        ),
    ),
    "meta.ruling": (
        "Retractions and acceptances: one row for each load that one concerns.",
        (
            ("ruling_id", "bigint", "first load of the ruling"),
            ("action", "varchar", "accept or retract"),
            ("load_id", "bigint", "the load it is about"),
            ("part", "varchar", "the one part that is accepted; NULL: all that were refused"),
            ("note", "varchar", "why"),
            ("ruled_at", "timestamp", "wall time, UTC"),
        ),
    ),
    "meta.ruled_part": (
        "Every state that a ruling gave to a part of an earlier load, so that a cut knows the state of its day.",
        (
            ("ruling_id", "bigint", "load of the ruling for the object"),
            ("load_id", "bigint", "the earlier load"),
            ("object", "varchar", "what was read"),
            ("part", "varchar", "name of the part"),
            ("state", "varchar", "accepted, unchanged, refused or retracted"),
        ),
    ),
    "meta.current_part": (
        "The parts that count in the present build: one load per part.",
        (
            ("object", "varchar", "what was read"),
            ("part", "varchar", "name of the part"),
            ("load_id", "bigint", "the load that holds the part"),
            ("as_of", "date", "business date of that load: since when the part holds what it holds"),
        ),
    ),
    "meta.held_part": (
        "Every load that held a part in the present build, earlier ones too, of the objects whose history counts.",
        (
            ("object", "varchar", "what was read"),
            ("part", "varchar", "name of the part"),
            ("load_id", "bigint", "the load whose rows held the part"),
            ("as_of", "date", "business date of that load: from when on the part held them"),
        ),
    ),
    "meta.refused_part": (
        "The parts of which the newest read is refused in the present build: an older one counts, or none.",
        (
            ("object", "varchar", "what was read"),
            ("part", "varchar", "name of the part"),
            ("load_id", "bigint", "the load that is refused"),
            ("reason", "varchar", "why"),
        ),
    ),
    "meta.current_source": (
        "How far each source was read in the present build.",
        (
            ("object", "varchar", "what was read"),
            ("as_of", "date", "business date of the last load of the object inside the cut"),
        ),
    ),
    "meta.business_date": (
        "Today, as the present build sees it: only earlier days count.",
        (("business_date", "date", "first day that is not counted"),),
    ),
    "meta.file": (
        "Every file version seen in the inbox.",
        (
            ("path", "varchar", "path below the inbox"),
            ("kind", "varchar", "what the file holds, for example leads"),
            ("dialect", "varchar", "form of the file: canonical, or the name of an export form"),
            ("content_hash", "varchar", "sha256 of the bytes"),
            ("size_bytes", "bigint", "size"),
            (
                "modified_ns",
                "bigint",
                "modification time of the file, nanoseconds; with path and size it finds new files",
            ),
            ("load_id", "bigint", "last load made from the file; NULL when it was not loaded"),
            ("state", "varchar", "loaded, unreadable or waiting"),
            ("reason", "varchar", "why it was not loaded, and what to do"),
            ("rows_in", "bigint", "data rows in the file"),
            ("rows_new", "bigint", "rows with a key not seen before"),
            ("rows_changed", "bigint", "rows that differ from the current version"),
            ("rows_unchanged", "bigint", "rows equal to the current version"),
            ("rows_rejected", "bigint", "rows that could not be taken"),
            ("rows_withdrawn", "bigint", "current rows that the file no longer holds"),
            ("run_id", "varchar", "the run that read it"),
            ("seen_at", "timestamp", "wall time, UTC"),
        ),
    ),
    "meta.rejected_row": (
        "Rows of files that could not be taken, with the remedy. The value stays in the warehouse.",
        (
            ("path", "varchar", "path below the inbox"),
            ("content_hash", "varchar", "sha256 of the file the row came from"),
            ("line", "bigint", "line of the file, the header is line 1"),
            ("column_name", "varchar", "column that is wrong"),
            ("value", "varchar", "the cell; never published"),
            ("reason", "varchar", "what is wrong"),
            ("remedy", "varchar", "what to do"),
            ("value_kind", "varchar", "kind of the cell: empty, number, date, text"),
            ("value_length", "bigint", "length of the cell in characters"),
            ("load_id", "bigint", "first load of the read of the file that it belongs to"),
        ),
    ),
    "meta.rejection": (
        "What of the files could not be taken and is not over, in the present build, by file, column and reason.",
        (
            ("path", "varchar", "path below the inbox"),
            ("kind", "varchar", "what the file holds, for example leads"),
            ("load_id", "bigint", "load of the file"),
            ("rows_in", "bigint", "data rows in the file"),
            ("rows_rejected", "bigint", "rows of the file that could not be taken, for whatever reason"),
            ("column_name", "varchar", "column that is wrong; empty where the whole line is"),
            ("rows", "bigint", "rows that were rejected for this reason"),
            ("first_line", "bigint", "first of them"),
            ("lines", "varchar", "where they stand, or the first places"),
            ("reason", "varchar", "what is wrong; the numbers in it are those of the first line"),
            ("remedy", "varchar", "what to do about the first line"),
            ("wordings", "bigint", "reasons that differ in their numbers"),
        ),
    ),
    "raw.person": (
        "The one table that may be rewritten: surrogate of each person.",
        (
            ("person_key", "bigint", "random surrogate"),
            ("source", "varchar", "lead or customer"),
            ("source_id_hmac", "varchar", "HMAC of the id in the source"),
            ("source_id", "varchar", "the id in the source; NULL when it looks like an address or did not come since"),
        ),
    ),
}
