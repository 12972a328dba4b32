"""What earlier runs made of the files of the inbox, as looking for new ones has to know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import duckdb

from pipelines.inbox import KnownFile, ReadingRules
from pipelines.inbox.forms import CANONICAL
from pipelines.inbox.unreadable import NOTHING_IS_MADE
from pipelines.inbox.versions import FULL, lies_in_no_folder

IS_FULL = f"(split_part(path, '/', 2) = '{FULL}' and split_part(path, '/', 3) <> '')"


def known_files(connection: duckdb.DuckDBPyConnection, rules: ReadingRules) -> list[KnownFile]:
    """Every file version that was seen before.

    `retracted`: all loads of its content as this kind were taken back; `told`: nothing was loaded of it, nor has to be;
    `open`: it could not be read, or was ignored, and the dialects are others now.
    The file that lies there untouched is known and not read again; the same content as a new file is.
    """
    rows = connection.execute(
        f"""with read_file as (
            select kind, content_hash, {IS_FULL} as is_full, load_id in (
                select load_id from meta.ruling where action = 'retract'
            ) as is_retracted
            from meta.file where state = 'loaded' and load_id is not null
        ), read_content as (
            select kind, content_hash, is_full, bool_and(is_retracted) as is_retracted from read_file group by all
        )
        select f.dialect, f.path, f.kind, f.content_hash, f.size_bytes, f.modified_ns,
            case
                when r.is_retracted then 'retracted'
                when (f.state = 'unreadable' or (f.load_id is null and starts_with(f.reason, '{NOTHING_IS_MADE}')))
                    and f.dialects_hash is distinct from ? then 'open'
                when f.state = 'loaded' and f.load_id is null then 'told'
                else f.state
            end as state
        from meta.file as f
        left join read_content as r on f.state = 'loaded' and r.kind = f.kind and r.content_hash = f.content_hash
            and r.is_full = {IS_FULL}
        order by f.seen_at, f.path""",
        [rules.dialects_hash],
    ).fetchall()
    first_kinds = {form.name: form.kind for form in rules.dialects}
    seen = ((KnownFile(*row), dialect) for dialect, *row in rows)
    return [replace(one, is_first_kind=_is_first_kind(one, dialect, first_kinds)) for one, dialect in seen]


def _is_first_kind(file: KnownFile, dialect: str | None, first_kinds: Mapping[str, str]) -> bool:
    """Whether a file was read as what it is in the first place, and thereby as everything that it is besides.

    Of a dialect that is there no more only a file in no folder tells.
    """
    untold = file.kind if lies_in_no_folder(file.path) else ""
    return dialect == CANONICAL or first_kinds.get(dialect or "", untold) == file.kind
