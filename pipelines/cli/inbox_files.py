"""`kpi inbox explain` and `kpi inbox new`: what would become of a file, and a dialect for one that nobody knows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.output import AsJson, show_json, show_rows
from pipelines.configuration.loading import DRAFT, EXPORT_FOLDER
from pipelines.configuration.problems import nearest
from pipelines.definitions import runtime_from_environment
from pipelines.failures import DataFailed, WrongUse
from pipelines.inbox import KINDS, Explained, Ignored, Unreadable, draft_of, explain_file, sample_of

FIRST_ROWS, FIRST_REJECTIONS = 5, 5
# how a file was read, besides its columns
TOLD = (
    "dialect",
    "encoding",
    "delimiter",
    "sheet",
    "lines_before_header",
    "blank_lines",
    "total_lines",
    "note_lines",
    "merged_lines",
    "identical_lines",
    "lines_without_a_cell",
    "lines_after_end",
    "not_made",
)


def explain(
    file: Annotated[Path, typer.Argument(help="The file, wherever it lies.")],
    kind: Annotated[str | None, typer.Option(help="Read it as this kind only, the name of its folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say which dialect a file has, what each of its columns becomes, and its first rows as they would be stored."""
    _refuse_unknown(kind)
    rules = runtime_from_environment().reading_rules
    data = _bytes_of(file)
    try:
        found = explain_file(data, file.name, file.stat().st_mtime_ns, rules, KINDS[kind] if kind else None)
    except Ignored as known:
        typer.echo("[]" if as_json else f"{file.name}: {known.why}: {known.remedy}")
        return
    except Unreadable as problem:
        raise WrongUse(file.name, problem.why, problem.remedy) from None
    if as_json:
        show_json([_as_json(one) for one in found])
    else:
        for one in found:
            _show(one)
    if all(one.rejected and not len(one.typed.rows) for one in found):
        raise DataFailed(file.name, "none of its rows can be taken", "correct what is said above, or the dialect")


def new(
    file: Annotated[Path, typer.Argument(help="A file of the vendor, wherever it lies.")],
    kind: Annotated[str | None, typer.Option(help="What its rows are, the name of their folder.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the dialect, <vendor>_<report>.")] = None,
) -> None:
    """Write a draft of a dialect for files like this one, to be completed by somebody who knows the vendor."""
    _refuse_unknown(kind)
    runtime = runtime_from_environment()
    data = _bytes_of(file)
    called = name or re.sub(r"[^a-z0-9]+", "_", file.name.lower().split(".")[0]).strip("_") or "vendor_report"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", called):
        raise WrongUse(f"name {called!r}", "it is no name of a dialect", "write it as in vendor_report")
    folder = runtime.settings.config_dir / EXPORT_FOLDER
    path = folder / f"{called}.yaml{DRAFT}"
    if path.exists():
        raise WrongUse(
            called, "there is a draft of this name", f"complete {path}, or choose another name with --name NAME"
        )
    if (folder / f"{called}.yaml").exists():
        raise WrongUse(called, "there is a dialect of this name", "choose another one with --name NAME")
    try:
        draft = draft_of(
            sample_of(data, file.name), file.name, runtime.reading_rules.dialects, KINDS[kind] if kind else None
        )
    except Unreadable as problem:
        raise WrongUse(file.name, problem.why, problem.remedy) from None
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(draft.text, encoding="utf-8")
    lacking = f", which still lacks {', '.join(draft.lacking)}" if draft.lacking else ""
    typer.echo(f"{path}: a draft for {draft.kind.name}{lacking}")
    typer.echo(f"complete it, rename it to {called}.yaml, then look at what it does: kpi inbox explain {file}")


def _refuse_unknown(kind: str | None) -> None:
    if kind is not None and kind not in KINDS:
        raise WrongUse(f"kind {kind!r}", "there is no such kind of file", nearest(kind, KINDS))


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        why = f"it cannot be read ({error.strerror})"
        raise WrongUse(file.name, why, "name a file that this user may read") from None


def _show(one: Explained) -> None:
    show_rows([{"kind": one.kind.name, **_told(one)}], as_json=False)
    show_rows(
        [{"header": header, "becomes": column} for header, column in one.columns], as_json=False, title="\nColumns"
    )
    rows = list(one.first_rows(FIRST_ROWS))
    show_rows(rows, as_json=False, title="\nFirst rows, times in UTC", if_none="no row is taken")
    if one.rejected:
        shown = [_rejection(row) for row in one.rejected[:FIRST_REJECTIONS]]
        show_rows(shown, as_json=False, title=f"\nRejected, the first of {len(one.rejected)}")


def _told(one: Explained) -> dict[str, object]:
    flags = {name: one.text.flags[name] for name in TOLD if one.text.flags.get(name) is not None}
    meaning = {"row": one.text.form.row} if one.text.form.row else {}
    lacking = {"headers_that_lack": ", ".join(one.lacking)} if one.lacking else {}
    counts = {"rows": one.text.rows_in, "taken": len(one.typed.rows), "rejected": len(one.rejected)}
    return {**meaning, **flags, **lacking, **counts}


def _rejection(row: object) -> dict[str, object]:
    return {name: getattr(row, name) for name in ("line", "column_name", "value", "reason", "remedy")}


def _as_json(one: Explained) -> dict[str, object]:
    return {
        "kind": one.kind.name,
        **_told(one),
        "columns": [{"header": header, "becomes": column} for header, column in one.columns],
        "first_rows": list(one.first_rows(FIRST_ROWS)),
        "first_rejections": [_rejection(row) for row in one.rejected[:FIRST_REJECTIONS]],
    }
