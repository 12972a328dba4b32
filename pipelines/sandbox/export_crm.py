"""What the demo company's CRM hands out of its history on a morning: stages of deals and activities."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipelines.sandbox.export_files import ExportFile, Row, is_past
from pipelines.sandbox.truth import Truth


def export_crm_history(truth: Truth, as_of: date) -> Iterator[ExportFile]:
    """The two files of a morning."""
    yield ExportFile("deal_stages", "deal_id,stage,entered_at", _deal_stages(truth, as_of))
    header = "activity_id,occurred_at,type,lead_id,deal_id,status"
    yield ExportFile("activities", header, _activities(truth, as_of))


def scores_on(truth: Truth, as_of: date) -> dict[str, Row]:
    """The newest score of each lead on a morning, as the columns of its row."""
    shown: dict[str, Row] = {}
    for one in truth.crm.scores:
        if is_past(one.scored_at, as_of, truth.time_zone):
            shown[one.lead_id] = {"score": one.score, "scored_at": one.scored_at}
    return shown


def _deal_stages(truth: Truth, as_of: date) -> Iterator[Row]:
    for one in truth.crm.deal_stages:
        if is_past(one.entered_at, as_of, truth.time_zone):
            yield {"deal_id": one.deal_id, "stage": one.stage, "entered_at": one.entered_at}


def _activities(truth: Truth, as_of: date) -> Iterator[Row]:
    names = ("activity_id", "occurred_at", "type", "lead_id", "deal_id", "status")
    for one in truth.crm.activities:
        if is_past(one.occurred_at, as_of, truth.time_zone):
            yield {name: getattr(one, name) for name in names}
