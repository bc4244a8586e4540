"""What is kept of a class: the same answers are judged once, a change anew; students who left are not shown."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.collecting.choose import Found
from autograder.collecting.collect import find_submissions
from autograder.grading.grade import Graded, Grader
from autograder.grading.progress import _lines, duration, live, row
from autograder.grading.record import Record
from autograder.grading.results import Result, load, load_all
from autograder.grading.table import markdown_table
from autograder.grading.whole_class import grade_class
from autograder.judging.basis import answers_bytes, answers_from, basis, key_of
from autograder.judging.judge import CannotGradeError, Judge
from autograder.judging.judgement import Judgement, Judgements
from autograder.judging.setup import Setup
from tests import mini
from tests.courses import here


def put(course: Path, student: str, **answers: str) -> Path:
    path = course / "submitted" / student / "13_benchmarking" / "benchmarking_dev.ipynb"
    return mini.save(mini.notebook(mini.made() / mini.NOTEBOOK, **answers), path)


def grade(course: Path, setup: Setup | None = None, **options: Any) -> tuple[list[Result], set[str]]:
    """Grade the course; return the results, and whose answers were judged just now."""
    fresh: set[str] = set()

    def watch(graded: Any, total: int) -> Iterator[Graded]:
        for each in graded:
            fresh.update({each.result.student} if each.fresh else ())
            yield each

    url = f"sqlite:///{course / 'gradebook.db'}" if (course / "gradebook.db").exists() else mini.gradebook(course)
    found = find_submissions(course)
    results = grade_class(
        found, setup or mini.setup(), course, url, engine=here, progress=watch, folder=course / "submitted", **options
    )
    return list(results), fresh


def suite(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "test_mini.py").write_text(text)
    return folder


def test_only_what_changed_is_judged(tmp_path: Path) -> None:
    course = tmp_path
    put(course, "ada", **mini.ANSWERS)
    put(course, "twin", **{**mini.ANSWERS, "question_measured": "3 ms."})
    put(course, "blaise", middle=mini.WRONG_MIDDLE)
    first, fresh = grade(course)
    assert len(fresh & {"ada", "twin"}) == 1  # the written answer is another one, the code is the same
    assert [result.earned for result in first] == [85.0, 10.0, 85.0]
    assert first[0].key == first[2].key
    assert first[2].questions[0].answer == "3 ms."
    stamps = {path: path.stat().st_mtime_ns for path in (course / "results").glob("*.json")}
    again, fresh = grade(course)
    assert (again, fresh) == (first, set())
    assert stamps == {path: path.stat().st_mtime_ns for path in stamps}

    put(course, "blaise", middle=mini.ANSWERS["middle"])
    after, fresh = grade(course)
    assert fresh == {"blaise"}
    assert [result.earned for result in after] == [85.0, 40.0, 85.0]

    harder = suite(tmp_path / "suites", mini.SUITE.replace("== 2_000_000_000", "== 7"))
    stricter, fresh = grade(course, replace(mini.setup(), suites=harder))
    assert len(fresh) == 2
    assert [result.earned for result in stricter] == [60.0, 40.0, 60.0]
    back, fresh = grade(course)
    assert (timeless(back), fresh) == (timeless(after), set())


def timeless(results: list[Result]) -> list[Result]:
    return [replace(result, seconds=0.0) for result in results]


def test_a_key_is_of_all_that_a_verdict_depends_on(tmp_path: Path) -> None:
    setup = mini.setup()
    base = basis(setup)
    assert base == basis(replace(setup, seed=99, judged=tmp_path))
    other = replace(setup, suites=suite(tmp_path / "suites", mini.SUITE + "\n"))
    limits = replace(setup, limits=replace(setup.limits, call_s=1.0))
    assert len({base, basis(other), basis(limits), basis(replace(setup, trust=True))}) == 4
    submission = mini.read(mini.solved(), tmp_path)
    text = answers_bytes(submission)
    assert b"The median was" not in text
    assert answers_bytes(answers_from(text)) == text
    assert len({key_of(text, base, None), key_of(text, base, 13), key_of(text, "x", 13), key_of(b"", base, 13)}) == 4


def test_a_damaged_judgement_is_made_again(tmp_path: Path) -> None:
    put(tmp_path, "ada", **mini.ANSWERS)
    first, _ = grade(tmp_path)
    (path,) = (tmp_path / "judged").rglob("*.json")
    for damage in (path.read_bytes()[:100], b"[]", b'{"seed": 1}', b"\xff"):
        path.write_bytes(damage)
        again, fresh = grade(tmp_path)
        assert (again, fresh) == (first, {"ada"})


def test_a_judgement_is_read_as_it_was_written(tmp_path: Path) -> None:
    grader = Grader(mini.setup())
    broken = {**mini.ANSWERS, "Clock": f"{mini.ANSWERS['Clock']}\n\n\nX = 1 / 0\n"}
    submission = mini.read(mini.notebook(mini.made() / mini.NOTEBOOK, **broken), tmp_path)
    judgement = grader.judge.judge(submission)
    assert "ZeroDivisionError" in judgement.refused["Clock"]
    store = Judgements(tmp_path / "judged")
    store.save("ab12", judgement)
    assert store.load("ab12") == judgement
    assert store.load("ab13") is None
    assert Judgement.from_bytes(judgement.to_bytes()).applied(submission).answers.keys() == {"middle", "spread"}


def test_a_suite_error_reaches_the_class_table(tmp_path: Path) -> None:
    put(tmp_path, "ada", **{**mini.ANSWERS, "middle": "def middle(values):\n    return None"})
    bad = mini.SUITE.replace('f"Yours: {yours}', 'f"Yours: {open(str(yours))}')
    results, _ = grade(tmp_path, replace(mini.setup(), suites=suite(tmp_path / "suites", bad)))
    assert results[0].attention
    assert "suite error" in " ".join(results[0].staff)
    assert "needs attention: suite error" in markdown_table(results)
    again, fresh = grade(tmp_path, replace(mini.setup(), suites=tmp_path / "suites"))
    assert (again, fresh) == (results, set())


def test_a_package_that_cannot_be_imported_stops_the_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "ada", **mini.ANSWERS)
    grader = Grader(mini.setup())
    grader.judge.check()
    cells = [
        replace(c, source=c.source.replace("import math", "import math, nosuch_package")) for c in grader.lesson.cells
    ]
    text = "def inside():\n    import nosuch_package"
    cells.append(
        replace(next(c for c in cells if c.grade_id == "given_units"), source=f"#| export clock\n{text}", id="z")
    )
    for lesson in (
        replace(grader.lesson, cells=tuple(cells)),
        replace(grader.lesson, cells=(*grader.lesson.cells, cells[-1])),
    ):
        with pytest.raises(CannotGradeError, match=r"No module named 'nosuch_package'.*0 points") as caught:
            Judge(mini.setup(), lesson, grader.layout).check()
        assert len(str(caught.value).splitlines()) == 1
    monkeypatch.setattr("autograder.grading.grade.load_lesson", lambda path: lesson)
    with pytest.raises(CannotGradeError, match="nosuch_package"):
        grade_class(find_submissions(tmp_path), mini.setup(), tmp_path, "sqlite://", jobs=1)
    assert not (tmp_path / "results").exists()


def test_students_who_left_the_folder_are_set_aside(tmp_path: Path) -> None:
    names: list[str] = []
    for student in ("ada", "blaise"):
        put(tmp_path, student)
    grade(tmp_path, left=names.extend)
    late = Found("late", put(tmp_path / "late", "late"))
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    grade_class([late], mini.setup(), tmp_path, url, engine=here, folder=tmp_path / "late", left=names.extend)
    assert [result.student for result in load_all(tmp_path / "results")] == ["ada", "blaise", "late"]
    (tmp_path / "submitted" / "blaise").rename(tmp_path / "gone")
    grade(tmp_path, left=names.extend)
    assert names == ["blaise"]
    assert [result.student for result in load_all(tmp_path / "results")] == ["ada", "late"]
    assert load("blaise", tmp_path / "results" / "left") is not None
    (tmp_path / "gone").rename(tmp_path / "submitted" / "blaise")
    _, fresh = grade(tmp_path, left=names.extend)
    assert (names, fresh) == (["blaise"], set())
    assert [result.student for result in load_all(tmp_path / "results")] == ["ada", "blaise", "late"]
    assert not list((tmp_path / "results" / "left").iterdir())


def test_a_run_that_was_ended_keeps_its_seed(tmp_path: Path) -> None:
    record = Record(tmp_path)
    record.begin(None, ["ada"], "basis", 1234)
    assert Record(tmp_path).seed("basis") == 1234
    assert Record(tmp_path).seed("other suites") != 1234
    record.end()
    assert Record(tmp_path).seed("basis") != 1234
    for damage in (b"", b"[]", b'{"schema_version": 9}', b'{"schema_version": 1, "from": 3}'):
        (tmp_path / "grading.json").write_bytes(damage)
        assert Record(tmp_path).begin(tmp_path, ["ada"], "basis", 5) == []


def test_progress_is_a_table_on_a_terminal_and_lines_elsewhere(tmp_path: Path) -> None:
    graded = mini.grade(tmp_path, **mini.ANSWERS)
    kept = replace(graded, result=replace(graded.result, student="a\x1b[2J", attention=True), fresh=False)
    assert row(graded).split() == ["ada", "40", "45", "85"]
    assert row(kept).endswith("needs attention, kept")
    assert "\x1b" not in row(kept)
    log, times = io.StringIO(), iter([0.0, 4.0, 12.0, 13.0, 26.0])
    assert list(_lines(iter([graded] * 4), 4, log, lambda: next(times))) == [graded] * 4
    assert log.getvalue().splitlines() == [
        "graded 2 of 4, about 16 s left; mean 85, 0 need attention",
        "graded 4 of 4 in 26 s; mean 85, 0 need attention",
    ]
    terminal = io.StringIO()
    monkey: Any = terminal
    monkey.isatty = lambda: True
    assert list(live(iter([graded, kept]), 2, terminal)) == [graded, kept]
    shown = terminal.getvalue()
    assert "student                    stats   clock   total" in shown
    assert "2/2" in shown
    assert "1 need attention" in shown
    assert [duration(seconds) for seconds in (5, 89, 600, 3900 * 2)] == ["5 s", "89 s", "10 min", "2 h 10 min"]
