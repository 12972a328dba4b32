"""From the texts of `config/` to one checked `Config`: each file alone first, then what the files say of each other."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError

from pipelines.configuration.annotations import read_annotations
from pipelines.configuration.benchmarks import check_benchmarks, read_benchmarks
from pipelines.configuration.catalogue import Family, Kpi
from pipelines.configuration.catalogue_files import read_catalogue
from pipelines.configuration.channels import ChannelRule, read_channel_rules, read_exclusions
from pipelines.configuration.company import DEFAULT_STAGES, Company
from pipelines.configuration.costs import read_cost_drivers
from pipelines.configuration.goals import Goals, Packs
from pipelines.configuration.located_yaml import LocatedYaml, read_yaml
from pipelines.configuration.problems import Problems
from pipelines.configuration.resolved import Config, channel_names
from pipelines.configuration.sources import Sources
from pipelines.configuration.target_files import check_goals, check_pack, check_packs, read_targets
from pipelines.failures import WrongUse

FILES = ("company.yaml", "sources.yaml", "channels.csv", "exclusions.csv", "cost_drivers.csv", "benchmarks.yaml")
ANNOTATIONS, GOALS, PACKS, TARGETS = "annotations.yaml", "goals.yaml", "packs.yaml", "targets.yaml"
MAY_BE_MISSING = (ANNOTATIONS, GOALS, PACKS, TARGETS)
KPI_FOLDER, EXPORT_FOLDER = "kpis", "exports"
DRAFT = ".draft"
FAMILIES: tuple[str, ...] = get_args(Family)

M = TypeVar("M", bound=BaseModel)


def load_config(folder: Path) -> Config:
    """Read and check a configuration folder.

    Raises:
        WrongUse: a file is missing, unreadable or wrong; file, line and the nearest right name are said.
    """
    place = _shown(folder)
    if not folder.is_dir():
        raise WrongUse(place, "there is no such folder", "set KPI_CONFIG to the folder that holds company.yaml")
    paths = sorted(path for path in folder.iterdir() if path.suffix in {".yaml", ".yml", ".csv"})
    for inside in (KPI_FOLDER, EXPORT_FOLDER):
        paths += sorted(one for one in folder.glob(f"{inside}/*") if one.is_file() and _is_meant(one.name))
    texts = {path.relative_to(folder).as_posix(): _text(path, place, folder) for path in paths}
    return config_from_texts(texts, place)


def config_from_texts(texts: Mapping[str, str], place: str = "config") -> Config:
    """Check a configuration given as texts by path below the folder; `place` is how errors call the folder.

    Raises:
        WrongUse: a text is missing or wrong.
    """
    _refuse_missing_and_unknown(texts, place)
    files = {name: f"{place}/{name}" for name in texts}
    company_yaml = read_yaml(texts["company.yaml"], files["company.yaml"])
    company = _validated(Company, company_yaml)
    sources = _validated(Sources, read_yaml(texts["sources.yaml"], files["sources.yaml"]))
    rules = read_channel_rules(texts["channels.csv"], files["channels.csv"])
    exclusions = read_exclusions(texts["exclusions.csv"], files["exclusions.csv"])
    drivers = read_cost_drivers(texts["cost_drivers.csv"], files["cost_drivers.csv"])
    for name, by_line in (("exclusions.csv", exclusions), ("cost_drivers.csv", drivers)):
        _check_channels(Problems(files[name]), {line: row.channel for line, row in by_line.items()}, rules)
    stages = tuple(dict.fromkeys([*company.stages, *DEFAULT_STAGES]))
    benchmarks_yaml = read_yaml(texts["benchmarks.yaml"], files["benchmarks.yaml"])
    benchmarks = read_benchmarks(benchmarks_yaml)
    families = [read_yaml(texts[name], files[name]) for name in _kpi_files(texts)]
    kpis = read_catalogue(families, stages, [benchmark.id for benchmark in benchmarks])
    check_benchmarks(benchmarks, benchmarks_yaml, [kpi.id for kpi in kpis])
    others = {name: read_yaml(texts.get(name, ""), f"{place}/{name}") for name in MAY_BE_MISSING}
    goals, packs = _validated(Goals, others[GOALS]), _validated(Packs, others[PACKS])
    check_goals(goals, others[GOALS], kpis)
    check_packs(packs, others[PACKS], kpis)
    _check_company(company, company_yaml, rules, kpis, stages, packs)
    return Config(
        company=company,
        sources=sources,
        channel_rules=rules,
        exclusions=tuple(exclusions.values()),
        cost_drivers=tuple(drivers.values()),
        kpis=tuple(kpis),
        benchmarks=benchmarks,
        annotations=read_annotations(others[ANNOTATIONS], [kpi.id for kpi in kpis], channel_names(rules)),
        goals=goals,
        packs=packs,
        targets=read_targets(others[TARGETS], kpis, goals, channel_names(rules)),
        texts=dict(texts),
        place=place,
    )


def _is_meant(name: str) -> bool:
    """Hidden files are nobody's, and a draft counts once it is renamed."""
    return not name.startswith(".") and not name.endswith(DRAFT)


def _shown(folder: Path) -> str:
    """A folder as a reader would write it: short when it lies below the place where they stand."""
    here = Path.cwd()
    return folder.relative_to(here).as_posix() if folder.is_relative_to(here) and folder != here else folder.as_posix()


def _text(path: Path, place: str, folder: Path) -> str:
    name = f"{place}/{path.relative_to(folder).as_posix()}"
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongUse(name, "the text is not UTF-8", "save it again as UTF-8") from error
    except OSError as error:
        raise WrongUse(name, f"the file cannot be read ({error.strerror})", "make it readable for this user") from error


def _kpi_files(texts: Mapping[str, str]) -> list[str]:
    """The catalogue's files in the order of the families."""
    names = [name for name in texts if PurePosixPath(name).parent.name == KPI_FOLDER]
    return sorted(names, key=lambda name: FAMILIES.index(PurePosixPath(name).stem))


def _refuse_missing_and_unknown(texts: Mapping[str, str], place: str) -> None:
    expected = {*FILES, *MAY_BE_MISSING, *(f"{KPI_FOLDER}/{family}.yaml" for family in FAMILIES)}
    exports = {name for name in texts if PurePosixPath(name).match(f"{EXPORT_FOLDER}/*.yaml")}
    for name in sorted(texts.keys() - expected - exports):
        near = difflib.get_close_matches(name, expected, n=1, cutoff=0)[0]
        raise WrongUse(f"{place}/{name}", "no file of this name is read", f"did you mean {place}/{near}?")
    for name in FILES:
        if name not in texts:
            raise WrongUse(f"{place}/{name}", "the file is missing", "put it back; the repository holds an example")
    if not any(name.startswith(f"{KPI_FOLDER}/") for name in texts):
        raise WrongUse(f"{place}/{KPI_FOLDER}", "no KPI is defined", "put the files of the families back")


def _validated(model: type[M], document: LocatedYaml) -> M:
    """A document as a model.

    Raises:
        WrongUse: it is not one; every problem is named with its line.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        problems = Problems(document.file)
        problems.add_invalid(error, document, model)
        raise problems.error() from None


def _check_channels(problems: Problems, named: Mapping[int, str], rules: tuple[ChannelRule, ...]) -> None:
    for line, channel in named.items():
        if channel not in channel_names(rules):
            problems.add_unknown(line, "channel", channel, channel_names(rules))
    problems.raise_if_any()


def _check_company(
    company: Company,
    document: LocatedYaml,
    rules: tuple[ChannelRule, ...],
    kpis: Iterable[Kpi],
    stages: Iterable[str],
    packs: Packs,
) -> None:
    """What company.yaml names: channels, a pack or KPIs that are no vanity, stages."""
    problems = Problems(document.file)
    channels = channel_names(rules)
    for key in ("paid_channels", "marketing_channels"):
        for position, channel in enumerate(getattr(company, key)):
            if channel not in channels:
                problems.add_unknown(document.line_of((key, position)), "channel", channel, channels)
    if isinstance(company.headline_pack, str):
        if company.headline_pack not in packs.packs:
            line = document.line_of(("headline_pack",))
            problems.add_unknown(line, "pack", company.headline_pack, packs.packs)
    else:
        check_pack(problems, document, ("headline_pack",), company.headline_pack, kpis)
    for stage in company.stage_labels:
        if stage not in stages:
            problems.add_unknown(document.line_of(("stage_labels", stage)), "stage", stage, stages)
    problems.raise_if_any()
