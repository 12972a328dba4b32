"""What the company decides, read from `config/`, checked as a whole and handed out as frozen values."""

from pipelines.configuration.annotations import Annotation
from pipelines.configuration.benchmarks import Benchmark
from pipelines.configuration.catalogue import Grain, Kpi
from pipelines.configuration.channels import ChannelRule, Exclusion, like_pattern
from pipelines.configuration.company import Company
from pipelines.configuration.costs import CostDriver
from pipelines.configuration.goals import Goals, Packs
from pipelines.configuration.loading import config_from_texts, load_config
from pipelines.configuration.resolved import Config, known_channels
from pipelines.configuration.sources import Sources
from pipelines.configuration.targets import Scope, Target, Terms

__all__ = [
    "Annotation",
    "Benchmark",
    "ChannelRule",
    "Company",
    "Config",
    "CostDriver",
    "Exclusion",
    "Goals",
    "Grain",
    "Kpi",
    "Packs",
    "Scope",
    "Sources",
    "Target",
    "Terms",
    "config_from_texts",
    "known_channels",
    "like_pattern",
    "load_config",
]
