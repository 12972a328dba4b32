"""The files of the KPI catalogue as one list of KPIs, each id once and every name that they use known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pydantic import ValidationError

from pipelines.configuration.catalogue import Kpi
from pipelines.configuration.company import Company
from pipelines.configuration.located_yaml import LocatedYaml
from pipelines.configuration.problems import Place, Problems

LIST_KEY = "kpis"


@dataclass(frozen=True)
class _Entry:
    """A KPI and where it stands."""

    kpi: Kpi
    document: LocatedYaml
    index: int

    def line_of(self, *place: str | int) -> int:
        return self.document.line_of((LIST_KEY, self.index, *place))


def read_catalogue(documents: Iterable[LocatedYaml], stages: Iterable[str], benchmarks: Iterable[str]) -> list[Kpi]:
    """The KPIs of all files in their order; a file's name says the family.

    `stages` and `benchmarks` are the ids that may be named.

    Raises:
        WrongUse: an entry is wrong, an id stands twice, or a KPI, stage, benchmark or key of company.yaml is unknown.
    """
    known_stages, known_benchmarks = tuple(stages), tuple(benchmarks)
    entries: dict[str, _Entry] = {}
    for document in documents:
        problems = Problems(document.file)
        for entry in _entries(document, problems):
            if entry.kpi.id in entries:
                other = entries[entry.kpi.id].document.file
                problems.add(entry.line_of("id"), f"{entry.kpi.id!r} stands in {other} too", "keep one of the two")
            entries.setdefault(entry.kpi.id, entry)
        problems.raise_if_any()
    for file in dict.fromkeys(entry.document.file for entry in entries.values()):
        problems = Problems(file)
        for entry in entries.values():
            if entry.document.file == file:
                _check_names(entry, problems, entries, known_stages, known_benchmarks)
        problems.raise_if_any()
    return [entry.kpi for entry in entries.values()]


def _entries(document: LocatedYaml, problems: Problems) -> list[_Entry]:
    """The entries of one file that are KPIs; what is wrong with the others is noted."""
    data = document.data
    listed = data.get(LIST_KEY) if isinstance(data, Mapping) and len(data) == 1 else None
    if not isinstance(listed, list):
        problems.add(1, f"the file is not one list under the key {LIST_KEY!r}", "begin it with `kpis:`")
        return []
    family = PurePosixPath(document.file).stem
    entries = []
    for index, given in enumerate(listed):
        if isinstance(given, Mapping) and "family" in given:
            line = document.line_of((LIST_KEY, index, "family"))
            problems.add(line, "the name of the file says the family", "remove the key")
        data_of_kpi: Any = {**given, "family": family} if isinstance(given, Mapping) else given
        try:
            entries.append(_Entry(Kpi.model_validate(data_of_kpi), document, index))
        except ValidationError as error:
            problems.add_invalid(error, document, Kpi, (LIST_KEY, index))
    return entries


def _check_names(
    entry: _Entry, problems: Problems, ids: Iterable[str], stages: Iterable[str], benchmarks: Iterable[str]
) -> None:
    """What a KPI names: other KPIs, stages, benchmarks, keys of company.yaml."""
    kpi = entry.kpi
    twins = (kpi.same_measure_as,) if kpi.same_measure_as else ()
    named: list[tuple[Place, str, tuple[str, ...], Iterable[str]]] = [
        (("of",), "KPI", kpi.of, ids),
        (("same_measure_as",), "KPI", twins, ids),
        (("stages",), "stage", kpi.stages, stages),
        (("benchmarks",), "benchmark", kpi.benchmarks, benchmarks),
        (("required_parameters",), "key of company.yaml", kpi.required_parameters, Company.model_fields),
    ]
    named += [(("earlier", index, "stages"), "stage", one.stages, stages) for index, one in enumerate(kpi.earlier)]
    for place, what, names, right in named:
        for position, name in enumerate(names):
            if name not in right:
                problems.add_unknown(entry.line_of(*place, position), what, name, right)
