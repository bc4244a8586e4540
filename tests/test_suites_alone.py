"""The suites of every exercise but those of TinyTorchPerf, which have tests of their own: a right answer, the lesson's
or one that is written differently, keeps all its points where every other exercise is a stub."""

import re
from collections.abc import Callable, Sequence

import pytest

from autograder.examining.examiner import Outcome
from autograder.proving.cases import Case
from autograder.proving.exercises import exercises
from autograder.proving.matrix import judge_case
from autograder.proving.on_file import Answer, read_answers
from autograder.reading.places import ANSWERS, LESSON, RELEASE, SUITES
from autograder.sandbox import confinement
from tests import test_suites_perf_alone
from tinytorch.export import read_lesson

Judge = Callable[[Answer], Sequence[Outcome]]
ELSEWHERE = set(test_suites_perf_alone.POINTS)  # have such a test there
ALL = {exercise.name: exercise for exercise in exercises(read_lesson(LESSON))}
OURS = [name for name in ALL if name not in ELSEWHERE]
JUDGED_BY = {
    path.name: set(re.findall(r'mark\.exercise\("(\w+)"', path.read_text(encoding="utf-8")))
    for path in SUITES.glob("test_*.py")
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Judge one answer in the untouched release, by the suites of its exercise."""
    support = confinement.build_support(tmp_path_factory.mktemp("alone") / "support")

    def judge(answer: Answer) -> Sequence[Outcome]:
        suites = frozenset(name for name, asked in JUDGED_BY.items() if answer.exercise in asked)
        verdict = judge_case(LESSON, RELEASE, SUITES, support, 13, Case("release", (answer,), (suites,)))
        assert not verdict.remarks
        return verdict.outcomes

    return judge


def test_every_exercise_has_such_a_test() -> None:
    """Here, or with the suites of TinyTorchPerf."""
    assert ALL.keys() == ELSEWHERE | set(OURS) == set().union(*JUDGED_BY.values())


@pytest.mark.parametrize("exercise", OURS)
def test_a_right_answer_among_stubs_keeps_all_its_points(judged: Judge, exercise: str) -> None:
    """A mistake costs its own exercise and no other, be it the mistake of having written nothing else."""
    variants = [answer for answer in read_answers(ANSWERS).right if answer.exercise == exercise]
    assert len(variants) >= 3
    for answer in [Answer(exercise, "own", "the lesson's", ALL[exercise].source), *variants]:
        outcomes = judged(answer)
        lost = [o.message for o in outcomes if o.exercise == exercise and o.earned < o.points]
        assert not lost, f"{answer.name}: {lost}"
        earned = {o.exercise: o.points for o in outcomes if o.earned > 0}
        assert set(earned) == {exercise}, f"{answer.name}: a stub earned something"
