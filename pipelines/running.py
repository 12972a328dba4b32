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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from dagster import DagsterInstance
from dagster_shared.error import SerializableErrorInfo

from pipelines.alerts import look_at_run, tell_after_run
from pipelines.engines.duckdb import lock_holder
from pipelines.event_log import instance_of
from pipelines.failures import DataFailed, KpiError, SourceUnavailable, WrongUse
from pipelines.progress import line_of
from pipelines.review.sending import send_closed_months
from pipelines.runtime import Runtime
from pipelines.settings import PROJECT_ROOT, dagster_environment

INSTANCE_SETTINGS = "dagster.yaml"
WORKSPACE = PROJECT_ROOT / "workspace.yaml"
# With it the UI shows a run of this process on the page of its job; the name is that of workspace.yaml.
CODE_LOCATION = {".dagster/repository": "__repository__@marketing_kpi_pipeline"}
# Whoever starts a run on the command line is told there, and the alert is sent from there: no sensor repeats it.
BY_COMMAND = {"kpi/started_by": "command line"}
# The daemon that takes runs from the queue; it reports every 30 seconds.
QUEUE_DAEMON = "QUEUED_RUN_COORDINATOR"
HEARTBEAT_SECONDS = 90
POLL_SECONDS = 2.0
NOT_BEGUN = (dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.QUEUED)
EVALUATED = dg.DagsterEventType.ASSET_CHECK_EVALUATION
SEE_UI = "open the run in the Dagster UI"

Events = Sequence[dg.DagsterEvent]


@dataclass(frozen=True)
class Ended:
    """How a run ended: its id, the exit code, and one line per failure."""

    run_id: str
    exit_code: int
    messages: tuple[str, ...]


def run_job(definitions: dg.Definitions, job: str, runtime: Runtime, tags: Mapping[str, str] | None = None) -> Ended:
    """Runs a job to its end; a failure is in the answer, not raised, and was told to the alert's addressees."""
    all_tags, run_id = {**(tags or {}), **BY_COMMAND}, str(uuid.uuid4())
    with opened_instance(runtime.settings.dagster_home) as instance:
        try:
            if _daemon_is_alive(instance):
                succeeded, events = _run_by_daemon(instance, job, runtime, all_tags, run_id)
            else:
                run_id, succeeded, events = _run_here(instance, definitions, job, all_tags)
            ended = Ended(run_id, 0, ()) if succeeded else Ended(run_id, *failure_of(events))
        except KpiError as error:
            ended = Ended(run_id, error.exit_code, (str(error),))
    tell_after_run([look_at_run(job, ended.run_id, ended.messages)], ended.run_id, runtime)
    send_closed_months(ended.run_id, runtime)
    return ended


def opened_instance(home: Path) -> DagsterInstance:
    """The instance of a home, which gets the project's settings when it has none of its own."""
    home.mkdir(parents=True, exist_ok=True)
    if not (home / INSTANCE_SETTINGS).exists():
        shutil.copyfile(PROJECT_ROOT / INSTANCE_SETTINGS, home / INSTANCE_SETTINGS)
    return instance_of(home)


def _run_here(
    instance: DagsterInstance, definitions: dg.Definitions, job: str, tags: Mapping[str, str]
) -> tuple[str, bool, Events]:
    result = definitions.resolve_job_def(job).execute_in_process(
        instance=instance,
        raise_on_error=False,
        tags={**CODE_LOCATION, **tags},
        run_config={"loggers": {"progress": {}}},
    )
    return result.run_id, result.success, list(result.all_events)


def _run_by_daemon(
    instance: DagsterInstance, job: str, runtime: Runtime, tags: Mapping[str, str], run_id: str
) -> tuple[bool, Events]:
    """Hands the run to the queue of the daemon and waits for its end."""
    print(f"a Dagster daemon is alive: run {run_id[:8]} of job {job} goes through its queue", file=sys.stderr)
    command = [sys.executable, "-m", "dagster", "job", "launch", "-w", str(WORKSPACE), "-j", job, "--run-id", run_id]
    launched = subprocess.run(  # noqa: S603 - nothing of it comes from outside
        [*command, "--tags", json.dumps(dict(tags))],
        env=dagster_environment(runtime.settings),
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if launched.returncode:
        why = (launched.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise DataFailed(f"job {job}", f"the Dagster daemon did not take it ({why})", "look at the Dagster UI")
    run = _followed(instance, run_id, runtime)
    return run.is_success, events_of(instance, run_id)


def _followed(instance: DagsterInstance, run_id: str, runtime: Runtime) -> dg.DagsterRun:
    """The run at its end; meanwhile one line for each asset that was made.

    Raises:
        SourceUnavailable: the daemon stopped, so that the run would never begin, or never end.
    """
    cursor, shown = None, set[str]()
    while True:
        run = instance.get_run_by_id(run_id)
        seen = instance.get_records_for_run(run_id, cursor=cursor)
        cursor = seen.cursor or cursor
        for record in seen.records:
            event = record.event_log_entry.dagster_event
            line = line_of(event) if event else None
            if event and line and str(event.asset_key) not in shown:
                shown.add(str(event.asset_key))
                print(line, file=sys.stderr)
        if run is not None and run.is_finished:
            return run
        if run is not None and not _daemon_is_alive(instance):
            _refuse_abandoned(instance, run, runtime)
        time.sleep(POLL_SECONDS)


def _refuse_abandoned(instance: DagsterInstance, run: dg.DagsterRun, runtime: Runtime) -> None:
    """Takes a run that nobody will start out of the queue; one that is under way is left as long as it works."""
    what, again = f"job {run.job_name}", "run it again: without a daemon it runs in this process"
    if run.status in NOT_BEGUN:
        instance.report_run_canceled(run, message="The daemon stopped before the run began.")
        raise SourceUnavailable(what, "the Dagster daemon stopped before the run began; it was taken back", again)
    if lock_holder(runtime.warehouse.path.with_suffix(".lock")) is None:
        instance.report_run_failed(run, message="The daemon stopped, and nothing works on the run.")
        raise SourceUnavailable(what, "the Dagster daemon stopped while it ran", again)


def _daemon_is_alive(instance: DagsterInstance) -> bool:
    beat = instance.get_daemon_heartbeats().get(QUEUE_DAEMON)
    return beat is not None and time.time() - beat.timestamp < HEARTBEAT_SECONDS


def events_of(instance: DagsterInstance, run_id: str) -> list[dg.DagsterEvent]:
    """What happened in a run."""
    return [entry.dagster_event for entry in instance.all_logs(run_id) if entry.dagster_event]


def failure_of(events: Iterable[dg.DagsterEvent]) -> tuple[int, tuple[str, ...]]:
    """Exit code of a run that did not succeed, and one line per failure: `what: why: what to do`."""
    told = list(events)
    # after failed steps a run only repeats that it failed
    failures = [one for one in told if one.is_step_failure] or [one for one in told if one.is_job_failure]
    if not failures:
        return 1, (f"the run: it was stopped before its end: {SEE_UI}",)
    found = [_read(event) for event in failures]
    # a check that blocks outranks a source that is away: nothing was published
    exit_code = next((code for code in (1, 2, 3) if code in {one[0] for one in found}), 1)
    return exit_code, tuple(dict.fromkeys(message for _, message in found if message))


def evaluated_checks(events: Iterable[dg.DagsterEvent]) -> dict[str, str | None]:
    """Each check of severity error that was made, as `table check`, with a line when it does not hold."""
    done = [event.asset_check_evaluation_data for event in events if event.event_type is EVALUATED]
    named = {f"{'.'.join(one.asset_key.path)} {one.check_name}": one for one in done}
    return {
        name: None if one.passed else f"{name}: it does not hold: see `kpi status`"
        for name, one in named.items()
        if one.severity is dg.AssetCheckSeverity.ERROR
    }


def _read(event: dg.DagsterEvent) -> tuple[int, str]:
    """Exit code and message of a failed step, or of a run that failed before its first step."""
    if event.is_job_failure:
        return _read_error(event.job_failure_data.error, "the run") or (1, f"the run: it failed: {SEE_UI}")
    data = event.step_failure_data
    label = data.user_failure_data
    if label is not None and label.description:
        code = label.metadata.get("exit_code")
        return int(str(code.value)) if code else 1, label.description
    found = _read_error(data.error, event.step_key or "a step")
    return found or (1, f"{event.step_key}: it failed: {SEE_UI}")


def _read_error(error: SerializableErrorInfo | None, what: str) -> tuple[int, str] | None:
    """The first error of the chain that is one of ours, else the first that is not Dagster's."""
    chain, exit_codes = list(_chain(error)), {kind.__name__: kind.exit_code for kind in _kinds(KpiError)}
    for one in chain:
        if one.cls_name in exit_codes:
            return exit_codes[one.cls_name], one.message.partition(": ")[2].strip()
    if not chain:
        return None
    # Dagster's own errors only wrap what happened
    cause = next((one for one in chain if not (one.cls_name or "").startswith("Dagster")), chain[0])
    first = (cause.message.strip().splitlines() or ["it failed"])[0]
    return 1, f"{what}: {first}: run it again with --debug, or {SEE_UI}"


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
