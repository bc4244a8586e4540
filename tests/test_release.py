"""The release: what nbgrader makes of the lesson, that it gives nothing away, and its entry in a gradebook."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.grading.register import GradebookError, register, scripts_on_path
from autograder.publishing import release as release_module
from autograder.publishing.release import ReleaseError, release
from autograder.reading.lesson import STUB, load_lesson, split_solution, to_notebook
from tinytorch.export import export_modules, read_lesson, write_package

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def _empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from nbgrader.api import Gradebook

    path = tmp_path_factory.mktemp("gradebook") / "empty.db"
    with scripts_on_path():
        Gradebook(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def gradebook_url(_empty: Path, tmp_path: Path) -> str:
    """A gradebook with nothing in it; copied, because nbgrader takes seconds to make one."""
    return f"sqlite:///{shutil.copy(_empty, tmp_path / 'copied.db')}"


def test_the_release_holds_stubs_checks_points_and_checksums(mini_lesson: Path, tmp_path: Path) -> None:
    path = release(mini_lesson, tmp_path / "release")
    assert path == tmp_path / "release/13_benchmarking/benchmarking_dev.ipynb"
    cells = {cell.id: cell for cell in read_lesson(path)}
    assert list(cells) == [cell.id for cell in read_lesson(mini_lesson)]
    assert cells["percentile"].source.split("\n")[-2:] == [
        '    """Return the value that a fraction p of the values does not exceed."""',
        f"    {STUB}",
    ]
    assert cells["VirtualClock"].source.count(f"        {STUB}") == 2
    assert cells["question_clock"].source == "YOUR ANSWER HERE"
    check = cells["percentile_check"]
    assert check.nbgrader["points"] == 40
    assert check.metadata["editable"] is check.metadata["deletable"] is False
    assert all(re.fullmatch("[0-9a-f]{32}", cell.nbgrader["checksum"]) for cell in cells.values() if cell.nbgrader)
    assert load_lesson(path).exercises == load_lesson(mini_lesson).exercises
    files = export_modules(list(cells.values()), source="lesson.py")
    assert "import math" not in files["stats.py"]
    assert STUB in files["stats.py"]


def test_the_release_gives_the_same_bytes_again(mini_lesson: Path, tmp_path: Path) -> None:
    first, second = (release(mini_lesson, tmp_path / name).read_bytes() for name in ("one", "two"))
    assert first == second
    notebook = json.loads(first)
    assert first.decode() == json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)


def test_a_solution_line_that_is_left_stops_the_release(
    mini_lesson: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release_module, "_convert", lambda notebook: notebook)
    with pytest.raises(
        ReleaseError, match=r"solution of 'VirtualClock' is left in the release: 'return self\._now_ns'"
    ):
        release(mini_lesson, tmp_path / "release")
    assert not (tmp_path / "release").exists()


def test_a_line_that_is_public_anyway_may_stay(mini_lesson: Path, mini_text: str, tmp_path: Path) -> None:
    mini_lesson.write_text(mini_text.replace("# not exported:", "ordered = sorted(values)  # not exported:"))
    assert "ordered = sorted(values)" in release(mini_lesson, tmp_path / "release").read_text()


def test_nbgraders_refusal_is_passed_on(mini_lesson: Path) -> None:
    notebook = to_notebook(read_lesson(mini_lesson))
    notebook["cells"][-1]["metadata"]["nbgrader"]["schema_version"] = 99
    with pytest.raises(ReleaseError, match=r"(?s)nbgrader refused the lesson.*newer"):
        release_module._convert(notebook)


def test_the_gradebook_knows_the_release_once(
    mini_lesson: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbgrader.api import Gradebook

    monkeypatch.setenv("PATH", str(tmp_path))  # nbgrader looks for alembic by name
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    path = release(mini_lesson, tmp_path / "release", url)
    register(load_lesson(path), url)
    with Gradebook(url) as gradebook:
        (notebook,) = gradebook.find_assignment("13_benchmarking").notebooks
        assert (notebook.name, notebook.max_score, notebook.max_code_score) == ("benchmarking_dev", 100, 85)
        assert {cell.name: cell.max_score for cell in notebook.grade_cells} == {
            "VirtualClock_check": 45,
            "percentile_check": 40,
            "question_clock": 15,
        }
        assert {cell.name for cell in notebook.solution_cells} == {"VirtualClock", "percentile", "question_clock"}
        sources = {cell.name: cell for cell in notebook.source_cells}
        assert {name for name, cell in sources.items() if not cell.locked} == {
            "VirtualClock",
            "percentile",
            "question_clock",
        }
        released = {cell.grade_id: cell for cell in read_lesson(path)}
        assert all(cell.source == released[name].source for name, cell in sources.items())
        assert all(cell.checksum == released[name].nbgrader["checksum"] for name, cell in sources.items())


def test_our_entry_in_the_gradebook_is_nbgraders(mini_lesson: Path, tmp_path: Path, gradebook_url: str) -> None:
    """nbgrader's SaveCells, run on the same notebook, finds nothing to change."""
    import nbformat
    from nbgrader.api import Gradebook
    from nbgrader.preprocessors import SaveCells

    ours, theirs = gradebook_url, gradebook_url.replace("copied", "theirs")
    shutil.copy(tmp_path / "copied.db", tmp_path / "theirs.db")
    path = release(mini_lesson, tmp_path / "release", ours)
    with Gradebook(theirs) as gradebook:
        gradebook.add_assignment("13_benchmarking")
    where = {"notebook": "benchmarking_dev", "assignment": "13_benchmarking", "db_url": theirs}
    SaveCells().preprocess(nbformat.read(path, 4), {"nbgrader": where})
    entries = []
    for url in (ours, theirs):
        with Gradebook(url) as gradebook:
            notebook = gradebook.find_notebook("benchmarking_dev", "13_benchmarking")
            kinds = (notebook.grade_cells, notebook.solution_cells, notebook.source_cells)
            cells = [
                {**cell.to_dict(), "id": None} for kind in kinds for cell in sorted(kind, key=lambda cell: cell.name)
            ]
            entries.append((cells, json.loads(notebook.kernelspec)))
    assert entries[0] == entries[1]


# nbgrader adds a submission to the student before the session, which SQLAlchemy 2.1 remarks on.
@pytest.mark.filterwarnings("ignore:Object of type <Submitted:sqlalchemy.exc.SAWarning")
def test_other_cells_replace_the_entry_until_someone_has_submitted(
    mini_lesson: Path, mini_text: str, tmp_path: Path, gradebook_url: str
) -> None:
    from nbgrader.api import Gradebook

    url = gradebook_url
    release(mini_lesson, tmp_path / "release", url)
    mini_lesson.write_text(mini_text.replace("given_report", "given_words"))
    changed = load_lesson(release(mini_lesson, tmp_path / "release", url))
    with Gradebook(url) as gradebook:
        notebook = gradebook.find_notebook("benchmarking_dev", "13_benchmarking")
        assert "given_words" in {cell.name for cell in notebook.source_cells}
        gradebook.add_student("ada")
        gradebook.add_submission("13_benchmarking", "ada")
    register(changed, url)
    mini_lesson.write_text(mini_text)
    with pytest.raises(GradebookError, match="the gradebook has submissions for other cells"):
        release(mini_lesson, tmp_path / "release", url)


def test_only_a_release_enters_the_gradebook(mini_lesson: Path) -> None:
    with pytest.raises(GradebookError, match="have checksums"):
        register(load_lesson(mini_lesson), "sqlite://")


def test_the_committed_release_is_the_lessons(lesson_path: Path, tmp_path: Path) -> None:
    path = release(lesson_path, tmp_path)
    assert path.read_bytes() == (ROOT / "modules/release" / path.relative_to(tmp_path)).read_bytes()


def test_no_solution_is_in_the_committed_release(lesson_path: Path) -> None:
    lesson = load_lesson(lesson_path)
    released = load_lesson(ROOT / "modules/release" / lesson.assignment / lesson.notebook)
    public = {line.strip() for cell in lesson.cells for line in split_solution(cell)[0]}
    secret = {
        line.strip() for cell in lesson.cells for line in split_solution(cell)[1] if len(line.strip()) > 12
    } - public
    assert len(secret) > len(lesson.exercises)
    assert secret & {line.strip() for cell in released.cells for line in cell.source.split("\n")} == set()
    assert released.exercises == lesson.exercises


def test_the_untouched_release_is_a_package_that_imports(lesson_path: Path, tmp_path: Path) -> None:
    """A stub may only raise when it is called: no cell may call an exercise at import time."""
    notebook = ROOT / "modules/release" / load_lesson(lesson_path).assignment / "benchmarking_dev.ipynb"
    write_package(export_modules(read_lesson(notebook), source="release"), tmp_path / "untouched")
    command = [sys.executable, "-W", "error", "-c", "import untouched"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr == ""
