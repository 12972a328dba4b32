"""What is noticed between the schedules: new files, and how runs ended that nobody watches."""

import hashlib
import json
from collections.abc import Sequence

import dagster as dg
import duckdb

from pipelines.alerts import look_at_checks, look_at_run, tell_after_run
from pipelines.failures import KpiError
from pipelines.inbox import InboxFile, discover
from pipelines.intake import known_files
from pipelines.review.sending import send_closed_months
from pipelines.running import BY_COMMAND, evaluated_checks, events_of, failure_of
from pipelines.runtime import Runtime

INBOX_SECONDS = 60


def sensors(runtime: Runtime) -> list[dg.SensorDefinition]:
    """The inbox sensor, and the alerts on a run that nobody watches."""
    status = dg.DefaultSensorStatus.RUNNING if runtime.settings.production else dg.DefaultSensorStatus.STOPPED

    @dg.sensor(
        job_name="files",
        minimum_interval_seconds=INBOX_SECONDS,
        default_status=status,
        description="Starts one run for each batch of new files that no longer change, told apart by their content.",
    )
    def inbox_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        try:
            found = _new_files(runtime)
        except KpiError as error:
            # a run that is under way takes the files in itself, or is followed by another look
            return dg.SkipReason(f"{error.what}: {error.why}")
        except duckdb.BinderException:
            return dg.SkipReason("the warehouse was made by an earlier release: run `kpi upgrade`")
        if not found:
            return dg.SkipReason("no new file in the inbox")
        versions = {file.name: [file.size_bytes, file.modified_ns] for file in found}
        before = json.loads(context.cursor or "{}")
        still = [file for file in found if before.get(file.name) == versions[file.name]]
        if not still:
            why = f"{len(found)} new: read once they have not changed for {INBOX_SECONDS} seconds"
            return dg.SensorResult(skip_reason=why, cursor=json.dumps(versions))
        request = dg.RunRequest(
            run_key=_fingerprint(still, runtime.reading_rules.dialects_hash), tags={"files": str(len(still))}
        )
        return dg.SensorResult(run_requests=[request], cursor=json.dumps(versions))

    @dg.run_failure_sensor(
        name="run_failure_alert",
        default_status=status,
        description="Tells the log, the webhook and the mail address what failed, why and what to do.",
    )
    def run_failure_alert(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
        return _tell(context, runtime)

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="failed_check_alert",
        default_status=status,
        description="Tells the same addressees what a green run leaves wrong: checks, refused parts, silence.",
    )
    def failed_check_alert(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
        return _tell(context, runtime)

    return [inbox_sensor, run_failure_alert, failed_check_alert]


def _fingerprint(files: Sequence[InboxFile], dialects_hash: str) -> str:
    """One batch of file versions, whatever order they are found in; with other dialects it is another one."""
    told = sorted(f"{file.name} {file.modified_ns} {file.content_hash}" for file in files)
    return hashlib.sha256("".join([*told, dialects_hash]).encode()).hexdigest()


def _new_files(runtime: Runtime) -> list[InboxFile]:
    """Files that are complete and that no run has seen in this version; the warehouse is only looked into."""
    with runtime.warehouse.looked_into(purpose="the inbox sensor") as connection:
        known = known_files(connection, runtime.reading_rules)
    return [file for file in discover(runtime.settings.data_dir / "inbox", known) if file.state == "new"]


def _tell(context: dg.RunStatusSensorContext, runtime: Runtime) -> dg.SkipReason | None:
    """Tells and sends what the command line would have, unless it did."""
    run = context.dagster_run
    if BY_COMMAND.items() <= run.tags.items():
        return dg.SkipReason("it was started on the command line, which told it already")
    events = events_of(context.instance, run.run_id)
    failures = () if run.is_success else failure_of(events)[1]
    looks = [look_at_run(run.job_name, run.run_id, failures), look_at_checks(evaluated_checks(events))]
    tell_after_run(looks, run.run_id, runtime)
    send_closed_months(run.run_id, runtime)
    return None
