"""The e-mail of a closed month: its headline, what needs attention, and where the rest stands; as plain text and HTML.

Only the bodies are made here, of the same snapshot and words as the page. Sending them is in `sending`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.privacy import printable
from pipelines.review.attention import matters
from pipelines.review.certainty import Badge, status_badge, trust_badge
from pipelines.review.changes import change_since
from pipelines.review.frame import Masthead, template_of
from pipelines.review.month import CheckLine, ClosedMonth, Definition
from pipelines.review.placing import folder_of
from pipelines.review.standing import standing
from pipelines.review.targets import TargetLine, target_lines
from pipelines.review.wording import MISSING, Wording

FILES = ("review.{language}.html", "review.{language}.xlsx")


@dataclass(frozen=True)
class Line:
    """One headline KPI: its value, how it changed, and how far it can be relied on."""

    name: str
    value: str
    change: str
    verdict: str
    verdict_text: str
    badges: tuple[Badge, ...]
    targets: tuple[TargetLine, ...]


def mail_text(month: ClosedMonth, masthead: Masthead, checks: Sequence[CheckLine], wording: Wording) -> bytes:
    """The plain body; its first line is the subject."""
    body = template_of("mail.txt.j2", autoescape=False, finalize=_printable).render(
        _told(month, masthead, checks, wording)
    )
    return body.encode("utf-8", "replace")


def mail_html(month: ClosedMonth, masthead: Masthead, checks: Sequence[CheckLine], wording: Wording) -> bytes:
    """The HTML body: inline styles only, so that it asks for nothing and no mail program strips its look."""
    told = _told(month, masthead, checks, wording)
    return template_of("mail.html.j2", finalize=_printable).render(told).encode("utf-8", "replace")


def _printable(value: object) -> object:
    """A name cannot begin a line of its own."""
    return printable(value) if isinstance(value, str) else value


def _told(month: ClosedMonth, masthead: Masthead, checks: Sequence[CheckLine], wording: Wording) -> dict[str, object]:
    snapshot = month.snapshot
    shown = [month.definitions[kpi_id] for kpi_id in masthead.headline_pack if kpi_id in month.definitions]
    return {
        "w": wording,
        "snapshot": snapshot,
        "company_name": masthead.company_name,
        "is_demo": masthead.is_demo,
        "standing": standing(month.afterwards.versions, snapshot.version, wording),
        "lines": [_line(month, definition, wording) for definition in shown],
        "attention": [
            (f"{one.sign} {one.label}: {one.sentence}", one.why.text)
            for one in matters(month, [definition.kpi_id for definition in shown], checks, wording)
        ],
        "files": [
            f"{masthead.reports_address or 'reports'}/{folder_of(snapshot.month, snapshot.version)}/"
            + name.format(language=wording.language)
            for name in FILES
        ],
        "are_links": bool(masthead.reports_address),
    }


def _line(month: ClosedMonth, definition: Definition, wording: Wording) -> Line:
    known, change = month.of_month(definition.kpi_id), change_since(month, definition, wording)
    value = MISSING
    if known is not None and known.value is not None:
        value = wording.figure(definition.kpi_id, definition.unit, known.value)
        value += f" {wording('value.so_far')}" if known.is_immature else ""
    return Line(
        name=wording.kpi_name(definition),
        value=value,
        change=f"{change.sentence} {change.doubt}".strip() if change else "",
        verdict=change.verdict if change else "",
        verdict_text=change.verdict_text if change else "",
        badges=_badges(month, definition, wording),
        targets=target_lines(month, definition, wording),
    )


def _badges(month: ClosedMonth, definition: Definition, wording: Wording) -> tuple[Badge, ...]:
    known = month.of_month(definition.kpi_id)
    if known is None:
        return (Badge("none", "○", wording("status.absent"), wording.reason("")),)
    return status_badge(known, wording), trust_badge(known, wording)
