"""Telling people what they would not see by themselves: what is worth it, to whom it goes, and what was told before."""

from pipelines.alerts.after_runs import tell_after_run
from pipelines.alerts.alert import Alert, Look, look_at_checks, look_at_run
from pipelines.alerts.noticing import notice
from pipelines.alerts.telling import tell

__all__ = ["Alert", "Look", "look_at_checks", "look_at_run", "notice", "tell", "tell_after_run"]
