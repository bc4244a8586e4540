"""What the hidden suites cannot tell, on a lesson whose suite has holes that are known; and the bodies that answer
nothing."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.proving.exercises import Exercise, exercises
from autograder.proving.on_file import Equivalent
from autograder.proving.single import DEADLINE_S, Score, bench, score, scores
from autograder.proving.survey import Survey, survey
from autograder.proving.trivial import trivial_answers
from autograder.reading.places import LESSON
from autograder.sandbox.confinement import Limits
from tests import mini
from tests.mini_lesson import in_full
from tinytorch.export import read_lesson

TINY = in_full('''# %% [markdown]
# ## 1. Stats
# > Numbers.
#
# ### Exercise 1.1: Share (2 points)
# Say `'small'` where the student's share is below 0.25, or the class's. Two of 4 is 0.5.

# %% @solution share
#| export stats
def share(part: int, whole: int) -> float:
    """Return part / whole."""
    ### BEGIN SOLUTION
    if whole <= 0:
        raise ValueError(f"whole is positive, got {whole}")
    return part / whole
    ### END SOLUTION

# %% @check share_check 2
assert share(2, 4) == 0.5, "expected 0.5"

# %% [markdown]
# ### Exercise 1.2: Within (10 points)

# %% @solution within
#| export stats
def within(value: float, margin: float = 0.1) -> bool:
    """Say whether a value is within the margin of 1."""
    ### BEGIN SOLUTION
    distance = abs(value - 1)
    return distance < margin
    ### END SOLUTION

# %% @check within_check 10
assert within(1.05)
''')
SUITE = """
import pytest


@pytest.mark.exercise("share", points=1)
def test_share(student):
    assert [student.share(1, 4), student.share(3, 2), student.share(2, 1)] == [0.25, 1.5, 2]


@pytest.mark.exercise("share", points=1)
def test_share_refuses(student):
    for whole in (0, -1):
        student.refuses("ValueError", student.share, part=2, whole=whole)
    assert student.share(2, 4) == 0.5


@pytest.mark.exercise("within", points=6)
def test_within(student):
    assert student.within(1.05) is True
    assert student.within(2.0) is False


@pytest.mark.exercise("within", points=4)
def test_one_is_within(student):
    assert student.within(1.0) is True
"""
LINE = "return distance < margin"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The lesson and the folder of its suites."""
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "suites").mkdir()
    (folder / "lesson.py").write_text(TINY, encoding="utf-8")
    (folder / "suites" / "test_tiny.py").write_text(SUITE, encoding="utf-8")
    return folder / "lesson.py", folder / "suites"


def of(tiny: tuple[Path, Path], only: tuple[str, ...] = (), jobs: int = 1) -> Survey:
    return survey(*tiny, [], seed=13, jobs=jobs, only=only)


@pytest.fixture(scope="module")
def found(tiny: tuple[Path, Path]) -> Survey:
    return of(tiny)


def explained(found: Survey, *equivalent: Equivalent) -> list[str]:
    """What is wrong with the second exercise when this is on file."""
    return list(replace(found.exercises[1], equivalent=equivalent).problems())


def same(was: str, *becomes: str) -> Equivalent:
    return Equivalent("within", "edge", "No float stands there.", was, becomes)


def test_the_holes_of_a_suite_are_named_and_nothing_else(found: Survey) -> None:
    share, within = found.exercises
    assert share.survivors() == []
    lines = {LINE: ["return distance <= margin", "return distance < 0.1"]}
    assert {one.was: [each.becomes for each in within.survivors()] for one in within.survivors()} == lines
    assert found.problems() == [
        "within: 2 mutants survive",
        "within: 1 trivial bodies earn more than 10%, 'return True' 4 of 10",
    ]
    for each in found.exercises:
        assert sum(each.counted().values()) == len(each.mutants) > 10
        assert each.reference.full


def test_the_table_shows_totals_and_survivors_as_they_go_on_file(found: Survey) -> None:
    table = found.table()
    assert "29 mutants, 27 killed (93.1%), 0 equivalent, 2 survive unexplained" in table
    assert "the best trivial bodies together earn 4 of 12 points" in table
    assert table.endswith(f"\n\nwithin\n# - {LINE}\n# + return distance <= margin\n# + return distance < 0.1")


def test_the_table_as_data_names_every_mutant_and_body(found: Survey) -> None:
    data = json.loads(json.dumps(found.to_dict()))
    share, within = data["exercises"]
    assert (within["killed"], within["survives"], within["equivalent"]) == (10, 2, 0)
    assert {one["state"] for one in share["mutants"]} == {"killed"}
    assert {one["body"]: one["earned"] for one in within["trivial"]}["return True"] == 4
    assert data["problems"] == found.problems()


def test_the_order_and_the_result_are_the_same_however_many_processes(tiny: tuple[Path, Path], found: Survey) -> None:
    assert of(tiny, jobs=3).to_dict() == found.to_dict()


def test_what_is_explained_is_no_hole(found: Survey) -> None:
    """Written as another Python would write it, too."""
    bodies = "within: 1 trivial bodies earn more than 10%, 'return True' 4 of 10"
    both = same(LINE, "return distance <= margin", "return  distance<0.1")
    assert explained(found, both) == [bodies]
    assert replace(found.exercises[1], equivalent=(both,)).counted()["equivalent"] == 2
    assert explained(found, same(LINE, "return distance < 0.1")) == ["within: 1 mutants survive", bodies]


def test_an_explanation_that_no_longer_applies_is_an_error(found: Survey) -> None:
    killed, unknown = f"{LINE} -> return distance >= margin", f"{LINE} -> return distance < 7"
    told = explained(found, same(LINE, "return distance >= margin", "return distance < 7"))
    assert f"within: edge is told from the solution by now: {killed}" in told
    assert f"within: edge is no mutant of the solution: {unknown}" in told
    assert Survey((), (replace(same("a", "b"), exercise="gone"),)).problems() == [
        "gone: edge is on file, but this is no exercise"
    ]


def test_what_is_on_file_for_no_exercise_is_found(tiny: tuple[Path, Path]) -> None:
    strange = replace(same("a", "b"), exercise="gone")
    assert survey(*tiny, [strange, same("a", "b")], seed=13, jobs=1, only=["share"]).strangers == (strange,)


def test_exercises_are_named_or_refused(tiny: tuple[Path, Path]) -> None:
    assert [each.exercise.name for each in of(tiny, ("within",)).exercises] == ["within"]
    with pytest.raises(ValueError, match="the lesson has no exercise witin; name one that it has"):
        of(tiny, ("within", "witin"))


def test_what_could_not_be_judged_is_no_kill(found: Survey) -> None:
    within = found.exercises[1]
    lost = Score(failure="The process died.")
    broken = replace(within, mutants=((within.mutants[0][0], lost), *within.mutants[1:]))
    assert broken.counted()["not judged"] == 1
    assert any("could not be judged: The process died." in problem for problem in broken.problems())
    without = replace(within, reference=lost)
    assert without.counted()["not judged"] == len(within.mutants)
    assert (
        "12 mutants, 0 killed, 0 equivalent, 0 survive unexplained, 12 could not be judged"
        in Survey((without,)).table()
    )
    assert list(without.problems()) == ["within: the lesson's own solution earns 0 of 10: The process died."]


def test_a_suite_that_refuses_the_lessons_own_solution_is_found(tmp_path: Path, tiny: tuple[Path, Path]) -> None:
    (tmp_path / "test_tiny.py").write_text(SUITE.replace("0.25, 1.5", "0.25, 1.6"), encoding="utf-8")
    problems = survey(tiny[0], tmp_path, [], seed=13, jobs=1, only=["share"]).problems()
    assert problems[0] == "share: the lesson's own solution earns 1 of 2: `autograder matrix` names the test"


def test_an_exercise_without_a_hidden_test_is_named(tmp_path: Path, tiny: tuple[Path, Path]) -> None:
    (tmp_path / "test_tiny.py").write_text(SUITE[: SUITE.index('@pytest.mark.exercise("within"')], encoding="utf-8")
    problems = survey(tiny[0], tmp_path, [], seed=13, jobs=1, only=["within"]).problems()
    assert "no hidden test is about within" in problems[0]


def test_a_mutant_earns_what_a_submission_with_this_answer_earns(tmp_path: Path) -> None:
    """The same judge: by all suites, from a notebook, with everything else in it."""
    lesson, suites = mini.made() / "mini_lesson.py", mini.made() / "suites"
    found = survey(lesson, suites, [], seed=13, jobs=1, only=["middle", "spread"])
    judged = [one for each in found.exercises for one in (*each.mutants, *each.trivial)]
    compared = {(what.exercise, scored.earned): (what, scored) for what, scored in judged}.values()
    for what, scored in compared:
        answers = {**mini.ANSWERS, what.exercise: what.source.partition("\n")[2]}
        result = mini.grade(tmp_path, **answers).result
        assert mini.points(result)[what.exercise] == scored.earned, what
    assert len({scored.earned for _, scored in compared}) > 2


def test_a_score_is_of_its_own_exercise_alone(tiny: tuple[Path, Path]) -> None:
    with bench(*tiny, 13) as place:
        wrong = score(place, ("share", "#| export stats\ndef share(part, whole):\n    return 0"))
        (again,) = scores(place, [("share", "#| export stats\ndef share(part, whole):\n    return 0")], 1)
    assert (wrong.earned, wrong.points, wrong.full) == (0, 2, False)
    assert again == wrong


LOOPS = """
import itertools
import pytest


@pytest.mark.exercise("share", points=1)
def test_share(student):
    found = [bytes(2**20) for _ in itertools.takewhile(lambda _: student.share(1, 4) != 0.25, itertools.count())]
    assert not found


@pytest.mark.exercise("share", points=1)
def test_waits(student):
    wrong = student.share(1, 4) != 0.25
    while wrong:
        pass
"""


def test_a_test_that_a_wrong_answer_sends_into_a_loop_ends_by_itself(tmp_path: Path, tiny: tuple[Path, Path]) -> None:
    """In the trusted process, where it took all memory of the machine or outlasted the process: that is no verdict."""
    (tmp_path / "test_tiny.py").write_text(LOOPS, encoding="utf-8")
    answers = [("share", f"#| export stats\ndef share(part, whole):\n    return {x}") for x in ("0", "part / whole")]
    with bench(tiny[0], tmp_path, 13) as place:
        assert place.limits.wall_s < DEADLINE_S / 2
        wrong, right = scores(replace(place, limits=Limits(wall_s=4)), answers, 1)
    assert (wrong.earned, wrong.points, wrong.failure) == (0, 2, "")
    assert any("more memory than the grader has" in remark for remark in wrong.remarks)
    assert right.full


def test_trivial_bodies_are_plain_values_what_is_read_and_arguments(found: Survey) -> None:
    share, within = (each.exercise for each in found.exercises)
    bodies = [each.body for each in trivial_answers(share)]
    plain = ["None", "0", "1", "True", "False", "''", "[]"]
    read = ["'small'", "0.25", "2", "4", "0.5"]
    assert {f"return {value}" for value in [*plain, *read, "part", "whole"]} | {"raise ValueError"} <= set(bodies)
    assert not [body for body in bodies if "expected" in body or "class" in body], "this is no value"
    assert len(bodies) == len(set(bodies))
    assert not [each.body for each in trivial_answers(within) if "small" in each.body], "it is read elsewhere"
    by_body = {each.body: each.source for each in trivial_answers(within)}
    assert by_body["return margin"].endswith('1."""\n    return margin\n    pass')
    assert "distance" not in by_body["return margin"].partition('"""')[2].partition("within the margin")[2]


def test_every_body_of_a_class_is_trivial_and_what_is_given_stays() -> None:
    source = '''#| export m
class A:
    def __init__(self, n):
        self.n = n

    def add(self, k, m):
        """Add."""
        ### BEGIN SOLUTION
        return self.n + k
        ### END SOLUTION

    def double(self):
        ### BEGIN SOLUTION
        return self.n * 2
        ### END SOLUTION
'''
    by_body = {each.body: each.source for each in trivial_answers(Exercise("A", 1.0, source, "", ""))}
    assert "self.n = n" in by_body["return 0"]
    assert by_body["return 0"].count("return 0") == 2
    assert "return k" in by_body["return k"]
    assert by_body["return k"].endswith("def double(self):\n        return")
    assert "return m" in by_body["return m"]


def test_the_lessons_exercises_are_all_there() -> None:
    """Each that is marked automatically, with what a student reads of it."""
    cells = read_lesson(LESSON)
    found = exercises(cells)
    assert [f"{each.name}_check" for each in found] == [
        cell.grade_id for cell in cells if cell.kind == "code" and cell.nbgrader.get("grade")
    ]
    assert all(" point" in each.prompt and "assert" in each.check and each.marked() for each in found)


def test_the_command_prints_the_table_and_its_status(capsys: pytest.CaptureFixture[str]) -> None:
    """For one exercise of the lesson; 1 where a rule does not hold."""
    name = exercises(read_lesson(LESSON))[-1].name
    status = main(["mutants", "--exercise", name, "--jobs", "1", "--json"])
    data = json.loads(capsys.readouterr().out)
    assert [each["exercise"] for each in data["exercises"]] == [name]
    assert status == (1 if data["problems"] else 0)
    assert main(["mutants", "--exercise", "nowhere"]) == 1
    assert "the lesson has no exercise nowhere" in capsys.readouterr().err
