"""The hidden suites on trial: whether they catch each mistake that they are there for, and nothing that is right."""

from collections import Counter
from pathlib import Path

import pytest

from autograder.proving.cases import packed
from autograder.proving.matrix import Matrix, matrix
from autograder.proving.on_file import Answer, read_answers
from autograder.proving.reach import reached, suites_that_tell
from tinytorch.export import read_lesson

ROOT = Path(__file__).parents[1]
MODULE = "13_benchmarking"
LESSON = ROOT / "modules/source" / MODULE / "benchmarking_dev.py"
RELEASE = ROOT / "modules/release" / MODULE / "benchmarking_dev.ipynb"
SUITES = LESSON.parent / "suites"
ON_FILE = read_answers(LESSON.parent / "answers")
SEED = 13  # a grading run draws its own; here a failure should be one that can be had again


@pytest.fixture(scope="module")
def judged() -> Matrix:
    """The table of all wrong answers and variants: about a minute's work."""
    return matrix(LESSON, RELEASE, SUITES, ON_FILE.wrong, ON_FILE.right, seed=SEED, jobs=2)


def test_the_suites_deserve_trust(judged):
    """Each rule of the table holds; what does not is named."""
    assert judged.problems() == []


def test_a_mistake_fails_the_test_that_is_about_it(judged):
    """Points lost stay in proportion: a mistake that fails many tests would hide what it is."""
    wrong = [row for row in judged.rows if row.case.kind == "wrong"]
    assert [row.case.name for row in wrong if len(row.failed) != 1] == []
    for row in wrong:
        exercise = row.case.answers[0].exercise
        assert row.lost()[exercise] < judged.points[exercise], f"{row.case.name} leaves nothing of {exercise}"


def test_every_exercise_has_its_mistakes_and_variants(judged):
    """At least three wrong answers and three right ones that are written differently."""
    for kind, answers in (("wrong answers", ON_FILE.wrong), ("variants", ON_FILE.right)):
        count = Counter(answer.exercise for answer in answers)
        few = [exercise for exercise in judged.points if count[exercise] < 3]
        assert not few, f"fewer than three {kind}: {', '.join(few)}"


def test_answers_name_the_module_of_their_exercise():
    """The first lines of an answer are those of the lesson's own cell, so that it can be pasted there."""
    modules = {cell.grade_id: cell.source.split("\n")[0] for cell in read_lesson(LESSON)}
    answers = [*ON_FILE.wrong, *ON_FILE.right]
    elsewhere = [answer.name for answer in answers if answer.source.split("\n")[0] != modules[answer.exercise]]
    assert not elsewhere


def test_the_table_as_data_holds_what_the_table_shows(judged):
    data = judged.to_dict()
    assert data["problems"] == []
    assert {each["exercise"]: each["points"] for each in data["exercises"]} == judged.points
    for each in data["exercises"]:
        assert sum(each["tests"].values()) == pytest.approx(each["points"])
        assert {wrong["name"] for wrong in each["wrong_answers"]} == {
            answer.name for answer in ON_FILE.wrong if answer.exercise == each["exercise"]
        }
        assert all(wrong["fails"] and wrong["loses"] > 0 for wrong in each["wrong_answers"])
        assert len(each["variants"]) >= 3


def test_the_table_names_every_test_and_answer(judged):
    """What `autograder matrix` prints is complete."""
    table = judged.table()
    for row in judged.rows:
        assert all(answer.name in table for answer in row.case.answers if row.case.kind == "wrong")
    assert all(outcome.test.rpartition("::")[2] in table for outcome in judged.rows[0].outcomes)


def test_a_failed_rule_is_a_sentence(judged):
    """The table would say so if a wrong answer got full marks, or a right one did not."""
    reference, *_ = judged.rows
    wrong = next(row for row in judged.rows if row.case.kind == "wrong")
    passing = type(wrong)(wrong.case, reference.outcomes, ())
    failing = type(wrong)(reference.case, wrong.outcomes, ())
    assert f"{wrong.case.name} gets full marks" in Matrix(judged.points, (reference, passing)).problems()
    assert any("reference fails" in problem for problem in Matrix(judged.points, (failing, wrong)).problems())


def test_a_suite_judges_one_wrong_answer_at_a_time(tmp_path):
    """What a suite says must be about one answer: others in the package are out of its reach."""
    modules = {
        "a.py": "def f():\n    return 1\n\n\ndef k():\n    return 2\n",
        "b.py": "from .a import f\n\n\nclass G:\n    def h(self):\n        return f()\n",
    }
    (tmp_path / "test_a.py").write_text("student.f(); student.k()")
    (tmp_path / "test_b.py").write_text("student.G()")
    assert reached(modules, "f") == {"f", "G"}
    assert [path.name for path in suites_that_tell(modules, "k", tmp_path)] == ["test_a.py"]
    answers = [Answer(name, "wrong", "wrong", f"def {name}():\n    return 0\n") for name in ("f", "G", "k")]
    assert [[answer.exercise for answer in case.answers] for case in packed(answers, modules, tmp_path)] == [
        ["f"],
        ["G", "k"],
    ]
    calling = Answer("k", "calls", "calls the other one", "def k():\n    return G().h()\n")
    assert len(packed([*answers, calling], modules, tmp_path)) == 4
