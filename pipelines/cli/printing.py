"""The command `kpi pdf`: the review page of a closed month as a PDF, where this machine has a Chromium."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.definitions import runtime_from_environment
from pipelines.failures import WrongUse
from pipelines.snapshots import month_of, version_of


def pdf(
    month: Annotated[str, typer.Argument(help="The month, as 2026-01.")],
    version: Annotated[int | None, typer.Option(min=1, help="The version; without it the newest.")] = None,
    language: Annotated[str | None, typer.Option(help="nl or en; without it both.")] = None,
) -> None:
    """Print the review page of a closed month to PDF, beside the page; needs a Chromium."""
    # the chart library takes a while to load
    from pipelines.review.frame import LANGUAGES
    from pipelines.review.page import page_paths
    from pipelines.review.pdf import print_page
    from pipelines.review.reading import read_snapshots

    if language not in (None, *LANGUAGES):
        raise WrongUse(f"--language {language}", "the pages are not written in it", f"use {' or '.join(LANGUAGES)}")
    runtime, day = runtime_from_environment(), month_of(month)
    with runtime.warehouse.looked_into(purpose="kpi pdf") as connection:
        wanted = version_of(connection, day, version).snapshot_id
        snapshot = next(one for one in read_snapshots(connection) if one.snapshot_id == wanted)
    for page in page_paths(runtime.settings.data_dir / "reports", snapshot):
        if language is None or page.suffixes[0] == f".{language}":
            typer.echo(print_page(page, snapshot.created_at))
