"""What `docs/bi.md` tells people to copy runs as it stands, with every release of DuckDB that it names."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from small_mart import publish_night, small_warehouse

from pipelines.cli.semantics import Format

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "bi.md").read_text(encoding="utf-8")


def snippets(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture
def published(tmp_path: Path) -> Iterator[Path]:
    """A folder with the mart of one night where the snippets look for it."""
    with small_warehouse() as connection:
        publish_night(connection, tmp_path / "data" / "published", 12)
    yield tmp_path
    for path in [one for one in tmp_path.rglob("*") if one.is_dir() and not one.is_symlink()]:
        path.chmod(0o755)


def run(python: Path | str, snippet: str, folder: Path) -> str:
    done = subprocess.run([python, "-c", snippet], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("snippet", snippets("python"), ids=range(len(snippets("python"))))
def test_a_snippet_runs_as_it_stands(published: Path, snippet: str) -> None:
    run(sys.executable, snippet, published)


def test_the_csv_holds_no_formula(published: Path) -> None:
    (snippet,) = [one for one in snippets("python") if "copy (" in one]
    run(
        sys.executable,
        snippet.replace("from marts.kpi_value", "from (from marts.kpi_value select * replace ('=1+1' as member))"),
        published,
    )
    cells = (published / "kpi_value.csv").read_text(encoding="utf-8")
    assert "'=1+1" in cells
    assert ",=1+1" not in cells


def test_the_connection_of_superset_is_the_one_that_is_shipped() -> None:
    (told,) = snippets("json")
    shipped = yaml.safe_load((ROOT / "config/bi/superset/databases/kpi_mart.yaml").read_text(encoding="utf-8"))
    assert json.loads(told) == shipped["extra"]["engine_params"]


def test_the_locked_settings_are_the_same_in_python_and_superset() -> None:
    shipped = yaml.safe_load((ROOT / "config/bi/superset/databases/kpi_mart.yaml").read_text(encoding="utf-8"))
    for name, value in shipped["extra"]["engine_params"]["connect_args"]["config"].items():
        assert f'"{name}": "{value}"' in snippets("python")[0]


def test_the_formats_that_are_told_exist() -> None:
    assert set(re.findall(r"kpi semantics --format (\w+)", TEXT)) == {one.value for one in Format}


TERMINAL = ROOT / "tests" / "harlequin_in_a_terminal.py"
FORBIDDEN = (
    "select * from read_text('/etc/hostname')",
    "select * from glob('/*')",
    "create table marts.mine as select 1",
    "copy marts.kpi_value to 'out.csv'",
    "attach 'other.duckdb'",
    "set threads = 1",
)

OPEN_ALL_ALONG = """
import duckdb, sys
place = "data/published/current/kpi_mart.duckdb"
leads = "select max(numerator) from marts.kpi_value where kpi_id = 'new_leads' and slice = 'total'"
first = duckdb.connect(place, read_only=True)
print(int(first.execute(leads).fetchall()[0][0]), flush=True)
sys.stdin.readline()
print(int(first.execute(leads).fetchall()[0][0]))
second = duckdb.connect(place, read_only=True)
print(int(second.execute(leads).fetchall()[0][0]))
first.close()
second.close()
print(int(duckdb.connect(place, read_only=True).execute(leads).fetchall()[0][0]))
"""


def seen_around_a_publication(python: Path | str, folder: Path) -> list[int]:
    """What one process sees: before, through the same connection after, through a second, and after closing both."""
    with subprocess.Popen(
        [python, "-c", OPEN_ALL_ALONG], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as client:
        assert client.stdout is not None
        before = int(client.stdout.readline())
        with small_warehouse() as connection:
            publish_night(connection, folder / "data" / "published", 13)
        told, _ = client.communicate("go on\n")
    return [before, *map(int, told.split())]


def test_an_open_connection_keeps_its_version_and_the_next_sees_the_new_one(published: Path) -> None:
    assert seen_around_a_publication(sys.executable, published) == [12, 12, 13, 13]


def client_with(folder: Path, *packages: str) -> Path:
    """The programs of an environment in which these packages are installed and nothing else."""
    venv.create(folder / "client", with_pip=True)
    programs = folder / "client" / "bin"
    subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", *packages], check=True)
    return programs


@pytest.mark.torture
@pytest.mark.parametrize("release", ["1.4.*", "1.5.*", "2.0.*"])
def test_every_release_of_duckdb_that_is_named_runs_the_snippets(published: Path, tmp_path: Path, release: str) -> None:
    python = client_with(tmp_path, f"duckdb=={release}", "pandas", "pyarrow") / "python"
    for snippet in snippets("python"):
        run(python, snippet, published)
    second = 12 if release == "1.4.*" else 13
    assert seen_around_a_publication(python, published) == [12, 12, second, 13]


@pytest.mark.torture
def test_harlequin_as_told_shows_the_mart_and_can_do_nothing_else(published: Path, tmp_path: Path) -> None:
    ((release,),) = [re.findall(r"^\| \[harlequin\]\(#harlequin\) \| ([\d.]+) ", TEXT, re.MULTILINE)]
    programs = client_with(tmp_path, f"harlequin=={release}", "pexpect", "pyte")
    (told,) = re.findall(r"^harlequin (.*)$", TEXT, re.MULTILINE)
    (locks,) = [one for one in snippets("sql") if "lock_configuration" in one]
    (published / "lock.sql").write_text(locks, encoding="utf-8")
    options = [*told.split(), "--no-write-history"]

    leads = "select 'leads: ' || max(numerator) from marts.kpi_value where kpi_id = 'new_leads' and slice = 'total'"
    typed = [programs / "python", TERMINAL, leads, "leads: 12.0", programs / "harlequin", *options]
    screen = subprocess.run(typed, cwd=published, capture_output=True, text=True)
    assert screen.returncode == 0, screen.stderr

    def answer(statement: str) -> str:
        hsql = [programs / "hsql", *told.split(), "-c", statement]
        return subprocess.run(hsql, cwd=published, capture_output=True, text=True).stderr

    assert answer(leads) == ""
    for forbidden in FORBIDDEN:
        assert re.search("disabled by configuration|read-only mode|has been locked", answer(forbidden)), forbidden
