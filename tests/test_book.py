"""The book's sources, without its engine: pages that exist, links that lead somewhere, no line of a solution.

`make test-book` looks at the built pages in a browser; this is what can be known before.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from autograder.links import Links
from autograder.reading.lesson import load_lesson
from book.engine import lesson as engine
from book.engine.front import front
from book.engine.lesson import RELEASE, is_public, lesson_pages
from tests.solutions import leaked, secrets
from tinytorch.charts.svg import PALETTE
from tinytorch.export import read_lesson

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "book"
MADE = ("_build", "_made", "lesson")
SOURCES = sorted(path for path in BOOK.rglob("*") if path.suffix in (".md", ".py", ".js", ".html"))
SOURCES = [path for path in SOURCES if path.relative_to(BOOK).parts[0] not in MADE]
PAGES = [path for path in SOURCES if path.suffix == ".md"]
MODULE = BOOK / "modules/13_benchmarking.md"

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_TOCTREE = re.compile(r"```\{toctree\}\n(.*?)```", re.DOTALL)


def name(path: Path) -> str:
    """A page as the toctree names it."""
    return path.relative_to(BOOK).with_suffix("").as_posix()


@pytest.fixture(scope="module")
def lesson() -> dict[str, dict]:
    """The lesson's pages, with a mark under every public cell in place of what it prints."""
    cells = read_lesson(RELEASE)
    marks = {cell.id: [{"output_type": "stream", "name": "stdout", "text": "x"}] for cell in cells if is_public(cell)}
    return lesson_pages(cells, marks)


def listed(page: Path) -> list[str]:
    """Return the pages that a page's toctrees name, those of a glob left out."""
    lines = [line.strip() for block in _TOCTREE.findall(page.read_text()) for line in block.splitlines()]
    entries = [
        re.sub(r".*<(.*)>", r"\1", line) for line in lines if line and not line.startswith(":") and "*" not in line
    ]
    return [name((page.parent / entry).with_suffix(".md")) for entry in entries]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(BOOK).as_posix())
def test_no_source_holds_a_line_of_a_solution(path: Path) -> None:
    assert leaked(path.read_text(encoding="utf-8")) == []


def test_a_line_of_a_solution_is_noticed_as_text_and_as_html() -> None:
    assert len(secrets()) > 80
    line = next(line for line in secrets() if "<" in line)
    assert leaked(f"text\n    {line}\n") == [line]
    assert leaked(line.replace("<", "&lt;").replace(">", "&gt;")) == [line]


def test_every_page_stands_in_one_toctree_and_every_entry_is_a_page(lesson: dict[str, dict]) -> None:
    entries = [entry for page in PAGES for entry in listed(page)]
    made = {f"lesson/{page}" for page in lesson}
    assert sorted(set(entries) - made) == sorted(name(page) for page in PAGES if name(page) != "index")
    assert len(entries) == len(set(entries))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_pages_links_lead_somewhere(page: Path, lesson: dict[str, dict]) -> None:
    text = re.sub(r"```+(?!\{).*?```+|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    made = {BOOK / f"lesson/{each}.ipynb" for each in lesson}
    for address in _LINK.findall(text):
        scheme, _, rest = address.partition(":")
        if scheme == "course":
            assert isinstance(getattr(Links("org/name"), rest), str)
        elif scheme not in ("https", "mailto") and not address.startswith("#"):
            target = (page.parent / address.partition("#")[0]).resolve()
            assert target in made or target.is_file(), f"{name(page)} links to {address}"


def test_the_module_page_has_every_part() -> None:
    headings = re.findall(r"^## (.*)$", MODULE.read_text(), re.MULTILINE)
    assert headings == [
        "Learning objectives",
        "Connection to previous modules",
        "Build → Use → Analyze",
        "Why this matters",
        "Key concepts",
        "What you'll build",
        "Applications",
        "Success metrics",
        "Connection to module 14 (MLOps)",
        "Resources",
    ]
    text = MODULE.read_text()
    for part in ("Module info", "### The evaluation gap", "course:binder", "course:colab", "Save your progress"):
        assert part in text
    for page in ("12_kernels.md", "14_mlops.md", "../index.md", "../local_setup.md"):
        assert f"]({page})" in text
    assert text.count("- [ ] ") == 5


def test_the_module_page_says_what_the_lesson_says() -> None:
    """One number, one difficulty, one time, and the counts of the lesson as it is."""
    text, start = MODULE.read_text(), read_lesson(RELEASE)[0].source
    facts = dict(re.findall(r"^\| ([\w ]+) \| (.+) \|$", start, re.MULTILINE))
    assert start.startswith(text.partition("\n")[0])
    assert f"- **Difficulty**: {facts['Difficulty']}\n" in text
    assert f"- **Time**: {facts['Time']}\n" in text
    exercises = load_lesson(RELEASE).exercises
    by_hand = [each for each in exercises if each.manual]
    assert f"{len(exercises) - len(by_hand)} exercises and {len(by_hand)} questions, 100 points" in facts["Time"]
    assert f"{len(exercises) - len(by_hand)} exercises" in (BOOK / "index.md").read_text().replace("\n", " ")


def test_the_lessons_pages_are_the_release_cell_for_cell(lesson: dict[str, dict]) -> None:
    cells = {cell.id: cell for cell in read_lesson(RELEASE)}
    shown = [cell["id"] for page in lesson.values() for cell in page["cells"] if not cell["id"].startswith("machine-")]
    assert shown == list(cells)
    for page in lesson.values():
        for cell in page["cells"]:
            if (released := cells.get(cell["id"])) is not None and released.kind == "code":
                assert released.source in "".join(cell["source"])
                assert not cell.get("outputs") or is_public(released)


def test_an_exercise_and_its_check_show_nothing(lesson: dict[str, dict]) -> None:
    shown = {cell["id"] for page in lesson.values() for cell in page["cells"] if cell.get("outputs")}
    exercises = load_lesson(RELEASE).exercises
    assert shown
    assert not shown & {each for exercise in exercises for each in (exercise.solution_id, exercise.check_id)}


def test_a_page_of_the_lesson_has_one_title_and_no_gap_below_it(lesson: dict[str, dict]) -> None:
    for title, page in lesson.items():
        text = "\n".join("".join(cell["source"]) for cell in page["cells"] if cell["cell_type"] == "markdown")
        levels = [
            len(each) for each in re.findall(r"^(#+) ", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
        ]
        assert levels[0] == 1, title
        assert levels.count(1) == 1, title
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels)), title


def test_the_pages_can_be_written_before_the_lesson_runs(
    lesson: dict[str, dict], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BOOK", tmp_path)
    (tmp_path / "lesson").mkdir()
    (tmp_path / "lesson/99_of_yesterday.ipynb").write_text("{}")
    engine.main(["--not-run"])
    written = sorted((tmp_path / "lesson").iterdir())
    assert [path.stem for path in written] == sorted(lesson)
    assert not any(cell.get("outputs") for path in written for cell in json.loads(path.read_text())["cells"])


def test_no_grammar_is_compiled_to_read_a_notebook() -> None:
    code = "from book.engine.quick import skip_grammars; skip_grammars()"
    code += "; import nbformat, sys; print('lark' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_the_charts_have_the_palette_of_the_dark_theme() -> None:
    css = (BOOK / "_static/book.css").read_text()
    assert dict(re.findall(r"(--(?:chart|series)-\w+): (#\w+);", css)) == {
        key: dark for key, (_, dark) in PALETTE.items()
    }


def test_a_report_without_an_answer_makes_no_front() -> None:
    with pytest.raises(ValueError, match="no such part"):
        front("<h1>Is A faster?</h1>")
