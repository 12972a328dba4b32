"""What every page has: who it is about, the languages there are, the look, and where its template is found."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from pipelines.review import charts
from pipelines.review.wording import Wording

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English"}
LANGUAGES = tuple(LANGUAGE_NAMES)


@dataclass(frozen=True)
class Masthead:
    """What every page says of the company, which KPIs stand at the top, and where readers find the folder `reports`."""

    company_name: str
    is_demo: bool
    headline_pack: tuple[str, ...]
    reports_address: str = ""


def frame(wording: Wording, masthead: Masthead, languages: Sequence[str]) -> dict[str, object]:
    """What `_layout.html.j2` takes; `languages` are those in which the page is written."""
    return {
        "w": wording,
        "other_languages": [
            (language, LANGUAGE_NAMES[language]) for language in languages if language != wording.language
        ],
        "company_name": masthead.company_name,
        "is_demo": masthead.is_demo,
        "light": charts.LIGHT,
        "dark": charts.DARK,
    }


def template_of(
    name: str, *, autoescape: bool = True, finalize: Callable[[object], object] | None = None
) -> Template:  # fmt: skip
    """A template of this folder; `finalize` sees every value before it is written."""
    return _environment(autoescape, finalize).get_template(name)


@lru_cache
def _environment(autoescape: bool, finalize: Callable[[object], object] | None) -> Environment:
    """Kept, because it keeps its templates compiled."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=autoescape,  # noqa: S701 - off for the plain text of a mail alone, in which nothing acts
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@lru_cache
def release() -> str:
    """A hash of the texts, templates and modules that pages are made with."""
    files = sorted(path for path in TEMPLATES.parent.rglob("*") if path.suffix in {".py", ".j2", ".yaml"})
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()
