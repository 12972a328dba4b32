"""Running a job of the definitions, and what its end means as an exit code.

In this process, or by a Dagster daemon when one is alive; either way the run is recorded in the instance. Nothing here
knows an asset.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from dagster import DagsterInstance
from dagster_shared.error import SerializableErrorInfo

from pipelines.alerts import Alert, send_alert
from pipelines.failures import DataFailed, KpiError, SourceUnavailable, WrongUse
from pipelines.runtime import Runtime
from pipelines.settings import PROJECT_ROOT

INSTANCE_SETTINGS = "dagster.yaml"
# With it the UI shows a run of this process on the page of its job; the name is that of workspace.yaml.
CODE_LOCATION = {".dagster/repository": "__repository__@marketing_kpi_pipeline"}
HEARTBEAT_SECONDS = 120
POLL_SECONDS = 2.0


@dataclass(frozen=True)
class Ended:
    """How a run ended: its id, the exit code, and one line per failure."""

    run_id: str
    exit_code: int
    messages: tuple[str, ...]


def run_job(definitions: dg.Definitions, job: str, runtime: Runtime, tags: Mapping[str, str] | None = None) -> Ended:
    """Runs a job to its end; a failure is in the answer, not raised, and was told to the alert's addressees."""
    with _instance(runtime.settings.dagster_home) as instance:
        if _daemon_is_alive(instance):
            run_id, succeeded, events = _run_by_daemon(instance, job, tags or {})
        else:
            run_id, succeeded, events = _run_here(instance, definitions, job, tags or {})
    if succeeded:
        return Ended(run_id, 0, ())
    # after failed steps a run only repeats that it failed
    failures = [event for event in events if event.is_step_failure] or [one for one in events if one.is_job_failure]
    found = [_read(event) for event in failures]
    # a check that blocks outranks a source that is away: nothing was published
    exit_code = next((code for code in (1, 2, 3) if code in {one[0] for one in found}), 1)
    ended = Ended(run_id, exit_code, tuple(dict.fromkeys(message for _, message in found if message)))
    send_alert(Alert("run failed", ended.run_id, job, "; ".join(ended.messages)), runtime.settings)
    return ended


def _instance(home: Path) -> DagsterInstance:
    """The instance of a home, which gets the project's settings when it has none of its own."""
    home.mkdir(parents=True, exist_ok=True)
    if not (home / INSTANCE_SETTINGS).exists():
        shutil.copyfile(PROJECT_ROOT / INSTANCE_SETTINGS, home / INSTANCE_SETTINGS)
    return DagsterInstance.from_config(str(home))


def _run_here(
    instance: DagsterInstance, definitions: dg.Definitions, job: str, tags: Mapping[str, str]
) -> tuple[str, bool, list[dg.DagsterEvent]]:
    result = definitions.resolve_job_def(job).execute_in_process(
        instance=instance,
        raise_on_error=False,
        tags={**CODE_LOCATION, **tags},
        run_config={"loggers": {"progress": {}}},
    )
    return result.run_id, result.success, list(result.all_events)


def _run_by_daemon(
    instance: DagsterInstance, job: str, tags: Mapping[str, str]
) -> tuple[str, bool, list[dg.DagsterEvent]]:
    """Hands the run to the queue of the daemon and waits for its end."""
    run_id = str(uuid.uuid4())
    workspace = str(PROJECT_ROOT / "workspace.yaml")
    command = [sys.executable, "-m", "dagster", "job", "launch", "-w", workspace, "-j", job, "--run-id", run_id]
    launched = subprocess.run(  # noqa: S603 - nothing of it comes from outside
        [*command, "--tags", json.dumps(dict(tags))], capture_output=True, text=True, check=False
    )
    if launched.returncode:
        why = (launched.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise DataFailed(f"job {job}", f"the Dagster daemon did not take it ({why})", "look at the Dagster UI")
    while not (run := instance.get_run_by_id(run_id)) or not run.is_finished:
        time.sleep(POLL_SECONDS)
    events = [entry.dagster_event for entry in instance.all_logs(run_id) if entry.dagster_event]
    return run_id, run.is_success, events


def _daemon_is_alive(instance: DagsterInstance) -> bool:
    now = time.time()
    return any(now - beat.timestamp < HEARTBEAT_SECONDS for beat in instance.get_daemon_heartbeats().values())


def _read(event: dg.DagsterEvent) -> tuple[int, str]:
    """Exit code and message of a failed step, or of a run that failed before its first step."""
    if event.is_job_failure:
        return _read_error(event.job_failure_data.error, "the run") or (1, "the run: it failed: see the Dagster UI")
    data = event.step_failure_data
    label = data.user_failure_data
    if label is not None and label.description:
        code = label.metadata.get("exit_code")
        return int(str(code.value)) if code else 1, label.description
    found = _read_error(data.error, event.step_key or "a step")
    return found or (1, f"{event.step_key}: it failed: open the run in the Dagster UI")


def _read_error(error: SerializableErrorInfo | None, what: str) -> tuple[int, str] | None:
    """The first error of the chain that is one of ours, else the outermost one."""
    chain, exit_codes = list(_chain(error)), {kind.__name__: kind.exit_code for kind in _kinds(KpiError)}
    for one in chain:
        if one.cls_name in exit_codes:
            return exit_codes[one.cls_name], one.message.partition(": ")[2].strip()
        if one.cls_name == "DagsterAssetCheckFailedError":
            failed = one.message.splitlines()[-1].strip()
            return 1, f"{failed}: a blocking check failed: see `kpi status`; nothing was published"
    if not chain:
        return None
    first = (chain[0].message.strip().splitlines() or ["it failed"])[0]
    return 1, f"{what}: {first}: run it again with --debug, or open the run in the Dagster UI"


def _chain(error: SerializableErrorInfo | None) -> Iterable[SerializableErrorInfo]:
    while error is not None:
        yield error
        error = error.cause


def _kinds(kind: type[KpiError]) -> Iterable[type[KpiError]]:
    """A kind of failure and all that are more special: Dagster keeps only the name of an error's class."""
    yield kind
    for special in kind.__subclasses__():
        yield from _kinds(special)


def refuse_failed(ended: Ended) -> None:
    """Raises the failure of a run, so that a command ends with its line and exit code."""
    if ended.exit_code == 0:
        return
    kind: type[KpiError] = {1: DataFailed, 2: WrongUse, 3: SourceUnavailable}[ended.exit_code]
    what, _, rest = "; ".join(ended.messages).partition(": ")
    why, _, remedy = rest.partition(": ")
    raise kind(what, why or "it failed", remedy or "see `kpi status`")
