"""The book's pages and what they promise: a page a detector, pictures made, commands that parse, snippets that run."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from autograder import cli as grader
from tinytorch import cli, pitfalls
from tinytorch.benchmarking import closed_loop, cold_start, drift

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"
PAGES = sorted((BOOK / "pitfalls").glob("*.md"))
PITFALLS = [page for page in PAGES if page.name != "index.md"]
VIRTUAL = ("course", "spread", "load", "design", "told", "engineers")  # the same on every machine, however busy it is
COMMANDS = sorted([*BOOK.glob("instructors/*.md"), *BOOK.glob("engineers/*.md"), BOOK / "how_it_is_built.md"])
ONE = "Pitfall | None"  # what a detector returns; the survey returns a list
_BASH = re.compile(r"```bash\n(.*?)```", re.DOTALL)
_PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the modules on virtual time make."""
    folder: Path = tmp_path_factory.mktemp("made")
    for name in VIRTUAL:
        importlib.import_module(f"book.pictures.{name}").make(folder)
    return folder


def detectors() -> list[str]:
    """Return every function that says whether something is a pitfall."""
    held = [getattr(pitfalls, name) for name in pitfalls.__all__] + [cold_start, drift, closed_loop]
    found = [one.__name__ for one in held if inspect.isfunction(one) and one.__annotations__["return"] == ONE]
    assert len(found) > 25
    return found


def sources() -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted((BOOK / "pictures").glob("*.py")))


@pytest.mark.parametrize("name", detectors())
def test_every_detector_finds_something_in_a_run_that_a_page_shows(name: str) -> None:
    assert re.search(rf"detect\(\s*{name}\b", sources()), f"no picture of {name} happening; add one and a page"


@pytest.mark.parametrize("page", PITFALLS, ids=lambda page: page.stem)
def test_a_pitfalls_page_shows_a_run_and_quotes_the_validator(page: Path) -> None:
    text, made_by = page.read_text(encoding="utf-8"), sources()
    pictures, findings = re.findall(r"_made/(\w+)\.svg", text), re.findall(r"_made/(\w+)\.md", text)
    assert pictures
    assert findings
    for kind, names in (("picture", pictures), ("finding", findings)):
        missing = [name for name in names if not re.search(rf'write_{kind}\(\s*folder,\s*"{name}"', made_by)]
        assert not missing, f"{page.name} shows what nothing makes: {missing}"
    shown = re.findall(r"^```\{figure\}", text, re.MULTILINE)  # the build's own, and what a benchmark drew
    assert len(re.findall(r":alt: \S.{40}", text)) == len(shown) >= len(pictures), "every picture has words as well"
    assert [line for line in text.split("\n") if line.startswith("## ")] == [
        "## How the validator says it",
        "## What to do",
    ]


def test_every_page_is_in_the_index_once_and_in_the_contents() -> None:
    text = (BOOK / "pitfalls" / "index.md").read_text(encoding="utf-8")
    rows, contents = text.split("```{toctree}")
    names = sorted(page.stem for page in PITFALLS)
    assert sorted(re.findall(r"^\| \[.*?\]\((\w+)\.md\)", rows, re.MULTILINE)) == names
    assert sorted(re.findall(r"^(\w+)$", contents, re.MULTILINE)) == names


def test_the_pictures_on_virtual_time_are_made_and_the_same_each_time(made: Path, tmp_path: Path) -> None:
    assert len(list(made.glob("*.svg"))) > 20
    importlib.import_module("book.pictures.load").make(tmp_path)
    for path in sorted(tmp_path.iterdir()):
        assert path.read_bytes() == (made / path.name).read_bytes(), path.name
    for path in made.glob("*.svg"):
        assert "<desc" in path.read_text(encoding="utf-8")


def test_a_finding_quotes_the_detector_word_for_word(made: Path) -> None:
    from book.pictures.load import overloaded

    run = overloaded()["server"].runs["model"][0]
    found = pitfalls.saturated(run.scheduled_ns, run.completed_ns)
    assert found is not None
    said = (made / "saturated.md").read_text(encoding="utf-8").replace("\\", "")
    assert all(part in said for part in (found.claim, found.evidence, found.remedy))


def test_a_run_that_does_not_show_it_ends_the_build() -> None:
    from book.pictures.paper import detect

    with pytest.raises(RuntimeError, match="too_few_rounds found nothing"):
        detect(pitfalls.too_few_rounds, 10)


def commands(page: Path) -> list[str]:
    """Return the commands in a page's shell blocks, one a line."""
    lines: list[str] = []
    for block in _BASH.findall(page.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").split("\n"):
            lines += [part.strip() for part in re.split(r"\s#|&&", line)[: None if "&&" in line else 1] if part.strip()]
    return lines


@pytest.mark.parametrize("page", COMMANDS, ids=lambda page: page.stem)
def test_every_command_on_a_page_is_one(page: Path) -> None:
    parsers: dict[str, Any] = {"tinytorch": cli.build_parser(), "autograder": grader.build_parser()}
    targets = re.findall(r"^([\w./-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    targets += (ROOT / "Makefile").read_text(encoding="utf-8").partition(".PHONY:")[2].split("\n")[0].split()
    for line in commands(page):
        program, *arguments = shlex.split(line)
        if program in parsers:
            parsers[program].parse_args(arguments)
        elif program == "make":
            assert arguments[0] in targets, f"{page.name}: the Makefile has no target {arguments[0]}"
    for script in re.findall(r"python (benchmarks/\w+\.py)", page.read_text(encoding="utf-8")):
        assert (ROOT / script).is_file(), f"{page.name}: there is no {script}"


def snippets(name: str) -> list[str]:
    found = _PYTHON.findall((BOOK / "engineers" / f"{name}.md").read_text(encoding="utf-8"))
    assert found
    return found


def run(snippet: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "__main__"}  # as a script
    exec(compile(snippet, "snippet", "exec"), names)
    return names


def test_the_first_snippet_answers_and_writes_its_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    [snippet] = snippets("index")
    quick = "Settings(rounds=6, min_queries=60, min_duration_ns=6_000_000, target_qps=2_000)"
    assert snippet.count("Settings(rounds=10)") == 1
    names = run(snippet.replace("Settings(rounds=10)", quick))
    assert names["results"].complete
    assert names["validation"].comparisons
    assert "single" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_snippet_of_the_peak_finds_it(capsys: pytest.CaptureFixture[str]) -> None:
    [snippet] = snippets("peak")
    peak = run(snippet)["peak"]
    assert 150 < peak.low < peak.high < 250
    assert "queries/s" in capsys.readouterr().out


def test_the_snippet_of_scikit_learn_gives_one_output_a_sample(capsys: pytest.CaptureFixture[str]) -> None:
    [snippet] = snippets("adapters")
    run(snippet)
    assert capsys.readouterr().out == "(4, 10)\n"


def test_the_snippet_of_loadgen_runs_or_names_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    [snippet] = snippets("loadgen")
    if importlib.util.find_spec("mlperf_loadgen") is None:
        with pytest.raises(ModuleNotFoundError, match="mlcommons-loadgen"):
            run(snippet)
        return
    run(snippet)
    latency_ms, count = capsys.readouterr().out.split()
    assert float(latency_ms) > 0
    assert int(count) >= 1_000
