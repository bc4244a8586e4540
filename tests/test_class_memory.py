"""What is kept in memory of each submission while a class is graded: nothing that grows with the class.

Counted are the bytes that Python objects take, not the size of a process, which depends on the machine.
"""

import gc
import os
import tracemalloc
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from autograder.collecting.choose import Found
from autograder.examining.examiner import Outcome, Part
from autograder.grading.class_results import ClassResults
from autograder.grading.grade import Grader, Judged
from autograder.grading.results import Lost, Mark, Result, save
from autograder.grading.table import markdown_table, text_table
from autograder.grading.whole_class import grade_class
from autograder.judging.judgement import Judgement
from autograder.pool import Ended, spread
from tests import mini

Item = TypeVar("Item")
FEW, MANY = 20, 80
MOST = 800  # bytes a submission: paths remember their text and caches fill; a result that is kept takes 2,000


class Meter:
    """Counts what is kept of each item that passes, after the first few."""

    def __init__(self, few: int = FEW, many: int = MANY) -> None:
        self._few, self._many = few, many
        self._bytes: list[int] = []

    def over(self, stream: Iterable[Item], total: int = MANY) -> Iterator[Item]:
        """Pass the items on."""
        tracemalloc.start()
        try:
            for number, each in enumerate(stream, start=1):
                yield each
                if number in (self._few, self._many):
                    gc.collect()
                    self._bytes.append(tracemalloc.get_traced_memory()[0])
        finally:
            tracemalloc.stop()

    @property
    def kept(self) -> float:
        """Bytes an item."""
        few, many = self._bytes
        return (many - few) / (self._many - self._few)


def found(folder: Path) -> list[Found]:
    """The same file for everybody, each with a path of their own, as reading a folder gives them."""
    path = mini.save(mini.solved(), folder / "ada.ipynb")
    return [Found(f"s{number:04d}", Path(str(path))) for number in range(MANY)]


def stub(entries: Sequence[Found], grader: Grader) -> Iterator[Ended[Judged]]:
    """An engine that asks nobody: every student fails everything, each is told something else."""
    for index, entry in enumerate(entries):
        told = f"Yours: {index}\nExpected: another number\nThis is what {entry.student} was told."
        outcomes = [
            Outcome(exercise.name, f"test_mini.py::test_{exercise.name}", exercise.points, 0.0, told)
            for exercise in grader.lesson.exercises
            if not exercise.manual
        ]
        part = Part(tuple(outcomes), (f"remark {index}",), attention=True)
        submission = grader.read(entry)
        submission = replace(submission, written={name: f"{told} {name}" for name in submission.written})
        judgement = Judgement(13, "stub", dict.fromkeys(grader.judge.suites, part))
        yield Ended(index, Judged(submission, judgement, f"key {index}"))


def test_the_process_that_writes_keeps_nothing_of_a_submission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # nothing here is about what a crash leaves
    meter, url = Meter(), mini.gradebook(tmp_path)
    results = grade_class(found(tmp_path), mini.setup(), tmp_path, url, engine=stub, progress=meter.over)
    assert meter.kept < MOST
    assert (len(results), results[7].student, results[7].staff) == (MANY, "s0007", ("remark 7",))
    assert [result.student for result in results[-2:]] == ["s0078", "s0079"]


def test_what_spreads_the_work_keeps_nothing_of_it(tmp_path: Path) -> None:
    meter = Meter()
    assert sum(end.result == 1000 * "x" for end in meter.over(spread(long_answer, range(MANY), jobs=2))) == MANY
    assert meter.kept < MOST


def long_answer(item: int) -> str:
    """Work for a pool."""
    return 1000 * "x"


def test_a_process_that_judges_keeps_nothing_of_a_submission(tmp_path: Path) -> None:
    """The same answers again and again, so that what is known of a cell's text does not count."""
    grader, meter = Grader(mini.setup()), Meter(10, 40)
    for entry in meter.over(found(tmp_path)[:40]):
        assert grader.judged(entry).fresh
    assert meter.kept < MOST


def test_the_tables_look_at_each_result_once(tmp_path: Path) -> None:
    """They are read from their files, and a class of ten thousand takes seconds."""
    mark = Mark("middle", "The middle", "stats", 40.0, 10.0, lost=(Lost("test_x", 30.0, 0.0, "Yours: 3"),))
    for student in ("blaise", "ada"):
        save(Result(student, "x.ipynb", 13, "", 0.0, (mark,), remarks=("a remark",)), tmp_path)
    looked: list[str] = []

    def looking() -> Iterator[Result]:
        for result in ClassResults(tmp_path, ["blaise", "ada"]):
            looked.append(result.student)
            yield result

    for table in (text_table, markdown_table):
        looked.clear()
        assert table(looking()).count("a remark") == 2
        assert looked == ["ada", "blaise"]


def test_a_result_that_is_gone_is_said(tmp_path: Path) -> None:
    results = ClassResults(tmp_path, ["ada"])
    with pytest.raises(FileNotFoundError, match=r"the result of ada in .* cannot be read; grade the class again"):
        results[0]
