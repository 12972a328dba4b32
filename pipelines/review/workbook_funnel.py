"""The sheets of the funnel and of the channels: the snapshot's own numbers, and in its row why one is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from pipelines.review.channels import why_without
from pipelines.review.month import ChannelMonth, ClosedMonth
from pipelines.review.sheets import Cell, Column, Look, Month, Sheet, columns, figure
from pipelines.review.wording import Wording


def period_sheet(month: ClosedMonth, wording: Wording) -> Sheet:
    """What entered each stage in the month, and what the plan needed."""
    planned = month.members["required_stage_volume"]
    rows = (
        (
            _stage(month, step.stage, wording),
            figure(step.entered, "count"),
            figure(step.rate_from_previous, "percent"),
            _why_no_rate(step.rate_from_previous, place, wording),
            *((figure(need.value if (need := planned.get(step.stage)) else None, "count"),) if planned else ()),
        )
        for place, step in enumerate(month.entries)
    )
    return Sheet(
        wording("workbook.period"),
        wording("funnel.period_caption", month=wording.month(month.snapshot.month)),
        (
            Column(wording("column.stage"), 32),
            Column(wording("funnel.entered")),
            Column(wording("funnel.ratio"), 18),
            Column(wording("workbook.column.why_empty"), 44),
            *((Column(wording("funnel.planned"), 18),) if planned else ()),
        ),
        tuple(rows),
        wording("funnel.no_period"),
    )


def cohort_sheet(month: ClosedMonth, wording: Wording) -> Sheet:
    """How far the latest mature cohort came within its window."""
    cohort = month.cohort
    rows = [
        (
            Month(cohort.month),
            figure(cohort.leads, "count"),
            figure(cohort.window_days, "count"),
            _stage(month, step.stage, wording),
            figure(step.reached, "count"),
            figure(step.rate, "percent"),
            figure(step.rate_from_previous, "percent"),
            figure(step.median_days, "decimal"),
            _why_no_rate(step.rate_from_previous, place, wording)
            or (wording("funnel.none_reached") if step.median_days is None else None),
        )
        for place, step in enumerate(cohort.stages if cohort else ())
        if cohort
    ]
    labels = (("funnel.reached", 12), ("funnel.of_leads", 16), ("funnel.of_previous", 20), ("funnel.median_days", 16))
    return Sheet(
        wording("workbook.cohort"),
        wording("funnel.cohort_caption", month=wording.month(cohort.month), days=cohort.window_days)
        if cohort
        else wording("funnel.cohort_none_heading"),
        (
            *columns(wording, (("cohort_month", 16), ("cohort_leads", 12), ("window_days", 12))),
            Column(wording("column.stage"), 32),
            *(Column(wording(key), width) for key, width in labels),
            Column(wording("workbook.column.why_empty"), 44),
        ),
        tuple(rows),
        wording("funnel.no_cohort"),
    )


def _why_no_rate(rate: float | None, place: int, wording: Wording) -> str | None:
    if rate is not None:
        return None
    return wording("funnel.none_before" if place else "funnel.first_stage")


def _stage(month: ClosedMonth, stage: str, wording: Wording) -> str:
    return month.stage_names.get(stage, {}).get(wording.language, stage)


def channels_sheet(month: ClosedMonth, wording: Wording) -> Sheet:
    """What each channel brought and cost; totals are KPIs and stand among the figures."""
    names = [field.name for field in fields(ChannelMonth) if field.name != "channel"]
    return Sheet(
        wording("channels.heading"),
        f"{wording('channels.heading')}: {wording.month(month.snapshot.month)}",
        (
            Column(wording("column.channel"), 26),
            *(Column(_channel_column(name, wording), 16) for name in names),
            Column(wording("workbook.column.why_empty"), 70),
        ),
        tuple(_channel(channel, names, wording) for channel in month.channels),
        wording("channels.none"),
    )


def _channel(channel: ChannelMonth, names: Sequence[str], wording: Wording) -> tuple[Cell, ...]:
    missing = (
        f"{_channel_column(name, wording)}: {wording.known(why_without(channel, name)) or wording('value.absent')}"
        for name in names
        if getattr(channel, name) is None
    )
    return (
        wording.known(f"label.{channel.channel}") or channel.channel,
        *(figure(getattr(channel, name), _channel_look(name)) for name in names),
        "; ".join(missing) or None,
    )


def _channel_column(name: str, wording: Wording) -> str:
    return wording.known(f"channel.{name}") or name


def _channel_look(name: str) -> Look:
    if name.endswith("_eur"):
        return "euro"
    looks: dict[str, Look] = {"roas": "factor", "roi": "percent"}
    return looks.get(name, "count")
