"""What is wrong with targets, goals and packs as they are set: a look at the configuration, without any figures."""

from pipelines.targets.findings import Finding, KpiFacts, Severity
from pipelines.targets.lint import findings_of, lacks, look_at_packs, look_at_target, packs_in_use
from pipelines.targets.sense import sense_of

__all__ = [
    "Finding",
    "KpiFacts",
    "Severity",
    "findings_of",
    "lacks",
    "look_at_packs",
    "look_at_target",
    "packs_in_use",
    "sense_of",
]
