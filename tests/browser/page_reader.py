"""A reader in headless Chromium: opens a page as a person does, and notes what it asked for and complained about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

Scheme = Literal["light", "dark"]
DESK, PHONE = 1280, 390
# Evaluated in the page: what a reader would notice.
LOOK = """() => ({
  lang: document.documentElement.lang,
  title: document.title,
  headings: [...document.querySelectorAll('h1')].filter(h => h.offsetHeight > 0).map(h => h.textContent.trim()),
  links: [...document.querySelectorAll('a[href]')].map(a => a.href),
  ids: [...document.querySelectorAll('[id]')].map(e => e.id),
  active: document.querySelectorAll('script, img, iframe, object, embed, form, base').length,
  width: document.documentElement.clientWidth,
  needed: Math.max(document.documentElement.scrollWidth, document.body.scrollWidth),
})"""


@dataclass(frozen=True)
class Seen:
    """One page as it was shown; `active` counts elements that could do something."""

    lang: str
    title: str
    headings: list[str]
    links: list[str]
    ids: list[str]
    active: int
    width: int
    needed: int
    asked: list[str]
    complaints: list[str]


class Reader:
    """Opens each page once per width and scheme; pages do not change while they are read."""

    def __init__(self, browser: Browser, shots: Path) -> None:
        self.browser, self.shots = browser, shots
        self._seen: dict[tuple[Path, int, Scheme], Seen] = {}

    def open(self, path: Path, width: int = DESK, scheme: Scheme = "light") -> Seen:
        key = (path, width, scheme)
        if key not in self._seen:
            self._seen[key] = self._open(*key)
        return self._seen[key]

    def _open(self, path: Path, width: int, scheme: Scheme) -> Seen:
        asked: list[str] = []
        complaints: list[str] = []
        page = self.browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda line: line.type in ("error", "warning") and complaints.append(line.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("crash", lambda _: complaints.append("the page crashed"))
        page.on("dialog", lambda dialog: (complaints.append(f"a dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(path.as_uri(), wait_until="networkidle")
        unfold(page)
        seen = Seen(**page.evaluate(LOOK), asked=asked, complaints=complaints)
        named = "-".join([*path.parts[-4:-1], path.stem])
        page.screenshot(path=self.shots / f"{named}-{width}-{scheme}.png")
        page.close()
        return seen


def unfold(page: Page) -> None:
    """What is folded away must be right as well."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
