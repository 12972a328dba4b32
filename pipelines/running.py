"""Running a job of the definitions in this process, and what its end means as an exit code.

The run is recorded in the Dagster instance as any other; nothing here knows an asset.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import dagster as dg
from dagster import DagsterInstance

from pipelines.alerts import Alert, send_alert
from pipelines.failures import DataFailed, KpiError, SourceUnavailable, WrongUse
from pipelines.runtime import Runtime

EXIT_CODES = {kind.__name__: kind.exit_code for kind in (DataFailed, SourceUnavailable, WrongUse)} | {
    "NotThereYet": SourceUnavailable.exit_code
}


@dataclass(frozen=True)
class Ended:
    """How a run ended: its id, the exit code, and one line per failure."""

    run_id: str
    exit_code: int
    messages: tuple[str, ...]


def run_job(
    definitions: dg.Definitions, job: str, runtime: Runtime, tags: Mapping[str, str] | None = None
) -> Ended:
    """Runs a job to its end; a failure is in the answer, not raised, and was told to the alert's addressees."""
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    with DagsterInstance.from_config(str(runtime.settings.dagster_home)) as instance:
        result = definitions.resolve_job_def(job).execute_in_process(
            instance=instance,
            raise_on_error=False,
            tags=dict(tags or {}),
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        failures = [event for event in result.all_events if event.is_step_failure]
        found = [_read(event) for event in failures]
    if result.success:
        return Ended(result.run_id, 0, ())
    # a check that blocks outranks a source that is away: nothing was published
    exit_code = next((code for code in (1, 2, 3) if code in {one[0] for one in found}), 1)
    ended = Ended(result.run_id, exit_code, tuple(message for _, message in found))
    send_alert(Alert("run failed", ended.run_id, job, "; ".join(ended.messages)), runtime.settings)
    return ended


def _read(event: dg.DagsterEvent) -> tuple[int, str]:
    """Exit code and message of a failed step."""
    data = event.step_failure_data
    if data.user_failure_data is not None:
        label = data.user_failure_data
        code = label.metadata.get("exit_code")
        return int(str(code.value)) if code else 1, label.description or event.step_key or ""
    error = data.error
    while error is not None:
        if error.cls_name in EXIT_CODES:
            return EXIT_CODES[error.cls_name], error.message.partition(": ")[2].strip()
        if error.cls_name == "DagsterAssetCheckFailedError":
            failed = error.message.splitlines()[-1].strip()
            return 1, f"{failed}: a blocking check failed: see `kpi status`; nothing was published"
        error = error.cause
    first = (data.error.message if data.error else "").strip().splitlines() or ["it failed"]
    return 1, f"{event.step_key}: {first[0]}: run it again with --debug, or open the run in the Dagster UI"


def refuse_failed(ended: Ended) -> None:
    """Raises the failure of a run, so that a command ends with its line and exit code."""
    if ended.exit_code == 0:
        return
    kind: type[KpiError] = {1: DataFailed, 2: WrongUse, 3: SourceUnavailable}[ended.exit_code]
    what, _, rest = "; ".join(dict.fromkeys(ended.messages)).partition(": ")
    why, _, remedy = rest.partition(": ")
    raise kind(what, why or "it failed", remedy or "see `kpi status`")
