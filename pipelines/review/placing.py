"""Where pages and the files of a version stand below the folder of reports, and how each comes to its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path


def folder_of(month: date, version: int) -> str:
    """The folder of a version, below that of the reports."""
    return f"{month:%Y-%m}/v{version}"


def today_path(reports: Path, language: str) -> Path:
    """Where the operational page stands."""
    return reports / f"today.{language}.html"


def placed(path: Path, content: bytes) -> Path:
    """A file with this content: a reader sees the old one or the new one, and one that stays the same is left alone."""
    if path.is_file() and path.read_bytes() == content:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    aside.write_bytes(content)
    aside.replace(path)
    return path
