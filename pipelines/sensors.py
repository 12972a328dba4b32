"""What is noticed between the schedules: new files, runs that failed, and checks that do not hold."""

import hashlib

import dagster as dg

from pipelines.alerts import Alert, send_alert
from pipelines.failures import KpiError
from pipelines.inbox import InboxFile, discover
from pipelines.intake import known_files
from pipelines.running import BY_COMMAND, events_of, failed_checks, failure_of
from pipelines.runtime import Runtime

INBOX_SECONDS = 60


def sensors(runtime: Runtime) -> list[dg.SensorDefinition]:
    """The inbox sensor, and the alerts on a run that nobody watches."""
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
        except KpiError as error:
            # a run that is under way takes the files in itself, or is followed by another look
            return dg.SkipReason(f"{error.what}: {error.why}")
        if not found:
            return dg.SkipReason("no new file in the inbox")
        fingerprint = hashlib.sha256(
            "".join(sorted(f"{file.name} {file.modified_ns} {file.content_hash}" for file in found)).encode()
        ).hexdigest()
        return dg.RunRequest(run_key=fingerprint, tags={"files": str(len(found))})

    @dg.run_failure_sensor(
        name="run_failure_alert",
        default_status=status,
        description="Tells the log, the webhook and the mail address what failed, why and what to do.",
    )
    def run_failure_alert(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
        return _tell("run failed", context, runtime)

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="failed_check_alert",
        default_status=status,
        description="Tells the same addressees which checks do not hold after a run that published the mart.",
    )
    def failed_check_alert(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
        return _tell("check failed", context, runtime)

    return [inbox_sensor, run_failure_alert, failed_check_alert]


def _new_files(runtime: Runtime) -> list[InboxFile]:
    """Files that are complete and that no run has seen in this version; the warehouse is only looked into."""
    with runtime.warehouse.looked_into(purpose="the inbox sensor") as connection:
        known = known_files(connection)
    return [file for file in discover(runtime.settings.data_dir / "inbox", known) if file.state == "new"]


def _tell(kind: str, context: dg.RunStatusSensorContext, runtime: Runtime) -> dg.SkipReason | None:
    """Sends what the command line would have said, unless it did."""
    run = context.dagster_run
    if BY_COMMAND.items() <= run.tags.items():
        return dg.SkipReason("it was started on the command line, which told it already")
    events = events_of(context.instance, run.run_id)
    checks = failed_checks(events)
    lines = checks if run.is_success else (*failure_of(events)[1], *checks)
    if lines:
        send_alert(Alert(kind, run.run_id, run.job_name, "; ".join(lines)), runtime.settings)
    return None
