"""What is noticed between the schedules: new files, and runs that failed."""

import hashlib

import dagster as dg

from pipelines.alerts import Alert, send_alert
from pipelines.failures import SourceUnavailable
from pipelines.inbox import InboxFile, discover
from pipelines.intake import known_files
from pipelines.runtime import Runtime, prepare_warehouse

INBOX_SECONDS = 60
# A run that is under way takes the files in itself or is followed by another look.
LOCK_WAIT_SECONDS = 1.0


def sensors(runtime: Runtime) -> list[dg.SensorDefinition]:
    """The inbox sensor and the alert on a failed run."""
    status = dg.DefaultSensorStatus.RUNNING if runtime.settings.production else dg.DefaultSensorStatus.STOPPED

    @dg.sensor(
        job_name="files",
        minimum_interval_seconds=INBOX_SECONDS,
        default_status=status,
        description="Starts one run for each batch of new files, told apart by their content.",
    )
    def inbox_sensor() -> dg.RunRequest | dg.SkipReason:
        try:
            found = _new_files(runtime)
        except SourceUnavailable as busy:
            return dg.SkipReason(f"{busy.what}: {busy.why}")
        if not found:
            return dg.SkipReason("no new file in the inbox")
        fingerprint = hashlib.sha256(
            "".join(sorted(f"{file.name} {file.modified_ns} {file.content_hash}" for file in found)).encode()
        ).hexdigest()
        return dg.RunRequest(run_key=fingerprint, tags={"files": str(len(found))})

    @dg.run_failure_sensor(
        name="run_failure_alert",
        default_status=status,
        description="Tells the log and the configured webhook what failed, why and what to do.",
    )
    def run_failure_alert(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        send_alert(Alert("run failed", run.run_id, run.job_name, context.failure_event.message or ""), runtime.settings)

    return [inbox_sensor, run_failure_alert]


def _new_files(runtime: Runtime) -> list[InboxFile]:
    """Files that no run has seen in this version: told by path, size, time and content, never by time alone."""
    with runtime.warehouse.opened(purpose="the inbox sensor", wait_seconds=LOCK_WAIT_SECONDS) as connection:
        prepare_warehouse(connection, runtime)
        return discover(runtime.settings.data_dir / "inbox", known_files(connection))
