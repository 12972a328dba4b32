"""Which sheets the workbook of a closed month has, and those that hold no figures of KPIs.

The same snapshot and the same words of the page are behind both; what a figure's sheet holds is in `workbook_figures`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from pipelines.review.attention import matters
from pipelines.review.findings import SEVERITIES, findings
from pipelines.review.frame import Masthead
from pipelines.review.glossary import glossary
from pipelines.review.month import CheckLine, ClosedMonth
from pipelines.review.sheets import Cell, Column, Month, Sheet, columns, figure, look_of
from pipelines.review.standing import standing
from pipelines.review.targets import SIGNS as TARGET_SIGNS
from pipelines.review.wording import Wording
from pipelines.review.workbook_afterwards import annotations_sheet, restated_sheet
from pipelines.review.workbook_figures import family_sheets, figures_sheet, headline_sheet
from pipelines.review.workbook_funnel import channels_sheet, cohort_sheet, period_sheet

HOLDS, BREAKS = "✓", "✕"
TARGETS = (
    *(("target_id", 28), ("kpi", 36), ("member", 20), ("owner", 24), ("deadline", 14), ("expected", 16)),
    *(("actual", 16), ("pace", 12), ("aim", 16), ("counted_in", 18), ("state", 26), ("why", 50)),
)
CHECKS = (
    *(("table", 30), ("check", 34), ("severity", 14), ("holds", 10), ("rows", 10), ("what_is_wrong", 44)),
    ("what_to_do", 80),
)
REJECTIONS = (
    *(("file", 44), ("kind", 16), ("rows_in", 12), ("rows_rejected", 12), ("rejected_share", 12), ("in_column", 20)),
    *(("rows", 10), ("first_line", 12), ("lines", 28), ("what_is_wrong", 44), ("what_to_do", 60)),
)
ATTENTION = (("state", 26), ("what", 80), ("why", 60), ("where", 28))
GLOSSARY = (("kpi", 36), ("kpi_id", 28), ("formula", 80), ("sources", 36), ("definition", 40), ("used_version", 12))


def sheets(month: ClosedMonth, masthead: Masthead, checks: Sequence[CheckLine], wording: Wording) -> list[Sheet]:
    """Every sheet of the workbook, in its order."""
    return [
        _overview(month, masthead, wording),
        headline_sheet(month, masthead.headline_pack, wording),
        _attention(month, masthead, checks, wording),
        figures_sheet(month, wording),
        period_sheet(month, wording),
        cohort_sheet(month, wording),
        channels_sheet(month, wording),
        *family_sheets(month, wording),
        _days(month, wording),
        _targets(month, wording),
        restated_sheet(month, wording),
        annotations_sheet(month, wording),
        _checks(checks, wording),
        _rejections(month, wording),
        _definitions(month, wording),
    ]


def _overview(month: ClosedMonth, masthead: Masthead, wording: Wording) -> Sheet:
    """Of what the workbook is made, and how that version stands."""
    snapshot = month.snapshot
    state = standing(month.afterwards.versions, snapshot.version, wording)
    signed = (f"{one.sentence} {one.note}".strip() for one in state.signatures)
    told: list[tuple[str, Cell]] = [
        (wording("workbook.company"), masthead.company_name),
        (wording("column.month"), Month(snapshot.month)),
        (wording("origin.snapshot"), snapshot.snapshot_id),
        (wording("origin.version"), figure(snapshot.version, "count")),
        (wording("standing.heading"), f"{state.sign} {state.label}"),
        (wording("workbook.state_means"), state.sentence),
        *((wording("workbook.signed"), sentence) for sentence in signed),
        (wording("workbook.created_at"), snapshot.created_at),
        (wording("index.note"), wording.noted(snapshot.note) if snapshot.note else None),
        (wording("demo.word"), wording("demo.banner") if masthead.is_demo else wording("workbook.not_demo")),
        (wording("origin.content"), snapshot.content_sha256),
        (wording("origin.cut"), snapshot.cut_sha256),
        (wording("origin.definitions"), snapshot.definitions_hash),
        (wording("origin.config"), snapshot.config_hash),
        (wording("origin.models"), snapshot.models_hash),
        (wording("workbook.reading"), wording("workbook.how_to_read")),
    ]
    title = wording("page.title", month=wording.month(snapshot.month))
    heads = columns(wording, (("what", 34), ("told", 90)))
    return Sheet(wording("workbook.overview"), title, heads, tuple(told))


def _attention(month: ClosedMonth, masthead: Masthead, checks: Sequence[CheckLine], wording: Wording) -> Sheet:
    """What asks for somebody's attention, gravest first, as on the page."""
    rows = tuple(
        (f"{one.sign} {one.label}", one.sentence, one.why.text or None, wording(f"{one.section}.heading"))
        for one in matters(month, masthead.headline_pack, checks, wording)
    )
    heading = wording("attention.heading")
    return Sheet(heading, heading, columns(wording, ATTENTION), rows, wording("attention.none"))


def _days(month: ClosedMonth, wording: Wording) -> Sheet:
    """The figures that the page draws by day."""
    shown = [kpi_id for kpi_id in month.days if month.days[kpi_id] and kpi_id in month.definitions]
    found = sorted({day for kpi_id in shown for day in month.days[kpi_id]})
    rows = tuple((day, *(figure(month.days[kpi_id].get(day), "count") for kpi_id in shown)) for day in found)
    heads = (Column(wording("workbook.column.day")), *(Column(wording.kpi_name(month.definitions[k])) for k in shown))
    title = wording("daily.chart_title", month=wording.month(month.snapshot.month))
    return Sheet(wording("daily.heading"), title, heads, rows, wording("daily.none"))


def _targets(month: ClosedMonth, wording: Wording) -> Sheet:
    """Every target as it was frozen with the version."""
    rows = []
    for target in month.targets:
        definition = month.definitions.get(target.kpi_id)
        look = look_of(target.kpi_id, definition.unit if definition else "")
        sign = TARGET_SIGNS.get(target.status, "○")
        rows.append(
            (
                target.target_id,
                wording.kpi_name(definition) if definition else target.kpi_id,
                target.member or wording("slice.total"),
                target.owner,
                target.deadline,
                figure(target.expected, look),
                figure(target.actual, look),
                figure(target.pace, "percent"),
                figure(target.target_value, look),
                wording.known(f"targets.counted_in.{target.period}"),
                f"{sign} {wording(f'targets.status.{target.status}')}",
                wording.reason(target.reason).text or None,
            )
        )
    title = wording("targets.caption", month=wording.month(month.snapshot.month))
    return Sheet(
        wording("targets.heading"), title, columns(wording, TARGETS), tuple(rows), wording("workbook.no_targets")
    )


def _checks(checks: Sequence[CheckLine], wording: Wording) -> Sheet:
    """Every check of the build that was frozen: those that do not hold first, in the order of the page."""
    found = findings(checks, wording)
    in_order = sorted(
        checks, key=lambda one: (one.passed, SEVERITIES.index(one.severity), one.table_name, one.check_name)
    )
    rows = (
        (
            one.table_name,
            one.check_name,
            wording(f"checks.{one.severity}"),
            f"{HOLDS} {wording('workbook.yes')}" if one.passed else f"{BREAKS} {wording('workbook.no')}",
            figure(one.figure, "count"),
            told.title if told else None,
            told.remedy if told else None,
        )
        for one, told in zip_longest(in_order, found.failed)
    )
    title = found.summary if checks else wording("checks.heading")
    return Sheet(wording("checks.heading"), title, columns(wording, CHECKS), tuple(rows), wording("checks.none"))


def _rejections(month: ClosedMonth, wording: Wording) -> Sheet:
    """Every reason for which rows of a file were not taken, the worst file first; what cells say is not told."""
    rows = (
        (
            one.path,
            one.kind,
            figure(one.rows_in, "count"),
            figure(one.rows_rejected, "count"),
            figure(one.rejected_share, "percent"),
            one.column_name or wording("rejections.whole_line"),
            figure(one.rows, "count"),
            figure(one.first_line, "count"),
            one.lines,
            wording.rejection(one.reason).text,
            wording.rejection(one.remedy).text,
        )
        for one in sorted(month.rejections, key=lambda one: (-one.rejected_share, one.path, one.kind, one.first_line))
    )
    return Sheet(
        wording("workbook.rejections"),
        wording("rejections.caption"),
        columns(wording, REJECTIONS),
        tuple(rows),
        wording("workbook.no_rejections"),
    )


def _definitions(month: ClosedMonth, wording: Wording) -> Sheet:
    """What each KPI means, and by which version of its definition it was counted."""
    used = {kpi_id: known.definition_version for kpi_id, known in month.values["month"].items()}
    rows = (
        (
            entry.name,
            entry.kpi_id,
            entry.formula.text,
            entry.sources or None,
            entry.version,
            figure(used[entry.kpi_id], "count"),
        )
        for entry in glossary(month, wording)
    )
    heading = wording("glossary.heading")
    return Sheet(heading, heading, columns(wording, GLOSSARY), tuple(rows), wording("figures.none"))
