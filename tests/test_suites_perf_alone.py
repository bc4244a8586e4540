"""The suites of TinyTorchPerf and of the repaired benchmark: each exercise is judged for itself. With every other one a
stub, a right answer keeps its points, and what is hardly an answer gets next to none."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from autograder.proving.cases import Case
from autograder.proving.matrix import judge_case
from autograder.proving.on_file import Answer, read_answers
from autograder.reading.places import ANSWERS, LESSON, RELEASE, SUITES
from autograder.sandbox import confinement
from tinytorch.benchmarking import VirtualClock
from tinytorch.export import read_lesson
from tinytorch.runs import Benchmark, Settings, StoredResults

POINTS = {"warm_up": 2, "build_models": 2, "stream_round": 2, "server_round": 2, "run_round": 2}
POINTS |= {"TinyTorchPerf": 3, "repaired_benchmark": 3}
FILES = frozenset({"test_warm_up.py", "test_building.py", "test_round.py", "test_perf.py", "test_faults.py"})


def solution_of(exercise: str) -> str:
    """The lesson's own cell."""
    [cell] = [cell for cell in read_lesson(LESSON) if cell.grade_id == exercise]
    return cell.source


def earned(base: Path, *answers: Answer) -> dict[str, float]:
    """Points by exercise where these answers stand in the untouched release, which has nothing but stubs."""
    case = Case("release", answers, tuple(FILES for _ in answers))
    found = dict.fromkeys(POINTS, 0.0)
    for outcome in judge_case(LESSON, RELEASE, SUITES, base, 13, case).outcomes:
        found[outcome.exercise] += outcome.earned
    return found


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return confinement.build_support(tmp_path_factory.mktemp("alone") / "support")


@pytest.mark.parametrize("exercise", POINTS)
def test_no_other_exercise_is_needed(base: Path, exercise: str) -> None:
    """Whoever wrote this one alone gets its points, and no others."""
    own = Answer(exercise, "own", "the lesson's", solution_of(exercise))
    assert earned(base, own) == dict.fromkeys(POINTS, 0.0) | {exercise: POINTS[exercise]}


@pytest.mark.parametrize("column", range(3))
def test_an_answer_that_is_written_differently_needs_no_other(base: Path, column: int) -> None:
    """The same holds for the variants on file, one after the other."""
    variants = [answer for answer in read_answers(ANSWERS).right if answer.exercise in POINTS]
    for exercise in POINTS:
        own = [answer for answer in variants if answer.exercise == exercise][column]
        assert earned(base, own)[exercise] == POINTS[exercise], f"{exercise}--{own.name}"


def trivial(exercise: str) -> list[str]:
    """The exercise's cell with bodies that do nothing: each argument returned, and a few constants."""
    tree = ast.parse(solution_of(exercise))
    function = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    words = [each.arg for each in function.args.args] + ["None", "[]", "{}", "0", "'equivalent'", "True"]
    cells = []
    for word in words:
        function.body = ast.parse(f"return {word}").body
        cells.append(f"#| export perf\n{ast.unparse(tree)}")
    return cells


def test_hardly_an_answer_gets_next_to_nothing(base: Path) -> None:
    """A body that returns an argument or a constant earns a tenth at the most."""
    cells = {exercise: trivial(exercise) for exercise in POINTS}
    for number in range(max(map(len, cells.values()))):
        column = {exercise: each[number % len(each)] for exercise, each in cells.items()}
        answers = [Answer(exercise, "trivial", "hardly an answer", text) for exercise, text in column.items()]
        for exercise, points in earned(base, *answers).items():
            assert points <= POINTS[exercise] / 10, f"{exercise} earns {points} for {column[exercise][-60:]!r}"


def test_no_seed_decides_a_point(base: Path) -> None:
    """The lesson's answers get all points, whatever number a grading run draws."""
    answers = [Answer(exercise, "own", "the lesson's", solution_of(exercise)) for exercise in POINTS]
    case = Case("wrong", tuple(answers), tuple(FILES for _ in answers))
    for seed in (0, 1, 2**31 - 1):
        outcomes = judge_case(LESSON, RELEASE, SUITES, base, seed, case).outcomes
        assert [each.test for each in outcomes if each.earned < each.points] == []


class Still(Benchmark):
    """A benchmark that measures nothing, whose stream is not written yet."""

    @staticmethod
    def stream(*_: object) -> None:
        raise NotImplementedError

    def run(self, scenarios: Sequence[str]) -> StoredResults:
        with self.measuring(scenarios) as results:
            return results


def test_on_virtual_time_no_stream_is_driven() -> None:
    """What an empty call costs is measured on the machine's clock; on another one it is 0 without a stream."""
    for still in (Still(Settings(), VirtualClock(), progress=False), Still(Settings(), progress=False)):
        still.set_model(lambda batch: batch, name="still")
        still.set_dataset(np.zeros((4, 2)))
        if isinstance(still.clock, VirtualClock):
            assert still.run(["offline"]).empty_call_ns == 0
        else:
            with pytest.raises(NotImplementedError):
                still.run(["offline"])
