"""The files of the handbook: a page per family and language, the practices, and a list of contents."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import yaml

from pipelines.configuration import Config
from pipelines.handbook.entries import Words, entries_of_family, marked
from pipelines.review.wording import load_wording

HERE = Path(__file__).parent
LANGUAGES = ("en", "nl")


def handbook_files(config: Config) -> dict[str, str]:
    """The text of every file by its path below the handbook's folder."""
    files: dict[str, str] = {}
    for language in LANGUAGES:
        words = Words(load_wording(language), _texts(language))
        listed = []
        for family in dict.fromkeys(kpi.family for kpi in config.kpis):
            entries = entries_of_family(config, family, words)
            files[f"{language}/{family}.md"] = _page("family", words, family=family, entries=entries)
            listed.append((family, len(entries)))
        files[f"{language}/README.md"] = _page("contents", words, families=listed, number=len(config.kpis))
        files[f"{language}/practices.md"] = _page("practices", words, practices=_practices(language))
    return files


def write_handbook(config: Config, folder: Path) -> None:
    """Writes the handbook anew; what is no longer part of it goes."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in handbook_files(config).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _practices(language: str) -> list[dict[str, Any]]:
    """What a company does with KPIs, and where the system helps it or why it does not."""
    found: list[dict[str, Any]] = yaml.safe_load((HERE / "practices.yaml").read_text(encoding="utf-8"))
    said = [(one, {key: marked(text) for key, text in one[language].items()}) for one in found]
    return [{"id": one["id"], "where": one.get("where", []), **texts} for one, texts in said]


def _page(template: str, words: Words, **values: object) -> str:
    return _templates().get_template(f"{template}.md.j2").render(words=words, **values).strip() + "\n"


@cache
def _texts(language: str) -> dict[str, Any]:
    texts: dict[str, Any] = yaml.safe_load((HERE / "texts" / f"{language}.yaml").read_text(encoding="utf-8"))
    return texts


@cache
def _templates() -> jinja2.Environment:
    # Markdown of our own texts: nothing from outside is shown
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
