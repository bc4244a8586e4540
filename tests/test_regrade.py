"""After a change of one suite that suite alone is asked again: what the others said stands, and all is as if new."""

import json
import shutil
from collections.abc import Collection
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import grimp
import pytest

from autograder.collecting.choose import Found
from autograder.grading import judge_lines
from autograder.grading.grade import Graded, Grader
from autograder.judging import basis
from autograder.judging import judge as judging
from autograder.judging.basis import answers_bytes, file_of, ground, suites_of
from autograder.judging.judgement import Judgement, Judgements
from autograder.judging.setup import Setup
from tests import mini

HEAD, _, BODY = mini.SUITE.partition('@pytest.mark.exercise("middle", points=30)')
MIDDLE, _, REST = f'@pytest.mark.exercise("middle", points=30){BODY}'.partition('@pytest.mark.exercise("Clock"')
SPREAD = '@pytest.mark.exercise("spread"'
CLOCK, _, LAST = f'@pytest.mark.exercise("Clock"{REST}'.partition(SPREAD)
TEXTS = {"test_clock.py": HEAD + CLOCK, "test_middle.py": HEAD + MIDDLE, "test_spread.py": f"{HEAD}{SPREAD}{LAST}"}
WRONG = {**mini.ANSWERS, "middle": mini.WRONG_MIDDLE.partition("\n#|")[2].partition("\n")[2]}


class Course:
    """A class of one, whose suites can be changed; says which suites were asked."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.asked = folder, list[Collection[str]]()
        (folder / "suites").mkdir()
        for name, text in TEXTS.items():
            (folder / "suites" / name).write_text(text)
        real = judging.judge

        def judge(*args: Any, only: Collection[str] | None = None, **named: Any) -> Any:
            self.asked.append(set(TEXTS) if only is None else only)
            return real(*args, only=only, **named)

        monkeypatch.setattr(judging, "judge", judge)

    @property
    def setup(self) -> Setup:
        return replace(mini.setup(), suites=self.folder / "suites", judged=self.folder / "judged")

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / "suites" / name
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def grade(self, **answers: str) -> tuple[Graded, list[Collection[str]]]:
        """Grade these answers; return the result, and which suites were asked this time."""
        path = mini.save(mini.notebook(mini.made() / mini.NOTEBOOK, **answers), self.folder / "ada.ipynb")
        self.asked.clear()
        graded = Grader(self.setup).grade(Found("ada", path))
        return graded, [*self.asked]


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    return Course(tmp_path, monkeypatch)


def anew(course: Course, **answers: str) -> Graded:
    """The same, without what is kept."""
    shutil.rmtree(course.folder / "judged")
    return course.grade(**answers)[0]


def test_only_the_suite_that_changed_is_asked(course: Course) -> None:
    first, asked = course.grade(**WRONG)
    assert asked == [set(TEXTS)]
    assert mini.points(first.result) == {"middle": 10.0, "Clock": 25.0, "spread": 20.0}
    assert course.grade(**WRONG)[1] == []

    course.edit("test_clock.py", "== 2_000_000_000", "== 7")
    second, asked = course.grade(**WRONG)
    assert asked == [{"test_clock.py"}]
    assert second.fresh
    assert mini.points(second.result) == {"middle": 10.0, "Clock": 0.0, "spread": 20.0}
    assert second.result.key != first.result.key

    course.edit("test_clock.py", "== 7", "== 2_000_000_000")
    back, asked = course.grade(**WRONG)
    assert asked == [], "what was said of the earlier form is still there"
    assert replace(back.result, seconds=0) == replace(first.result, seconds=0)
    assert replace(anew(course, **WRONG).result, seconds=0) == replace(first.result, seconds=0)


def test_untouched_verdicts_are_those_that_were_kept(course: Course) -> None:
    """The kept part is what is used: a mark in it shows up in the result."""
    course.grade(**WRONG)
    (path,) = (course.folder / "judged").rglob("*.json")
    path.write_text(path.read_text().replace("Sort before you take the middle.", "Kept."))
    course.edit("test_spread.py", "Largest distance.", "The largest distance.")
    graded, asked = course.grade(**WRONG)
    assert asked == [{"test_spread.py"}]
    assert [lost.message.splitlines()[-1] for mark in graded.result.marks for lost in mark.lost] == ["Kept."]


def test_a_new_suite_is_asked_and_one_that_went_says_nothing(course: Course) -> None:
    course.grade(**mini.ANSWERS)
    (course.folder / "suites" / "test_clock.py").rename(course.folder / "suites" / "test_time.py")
    graded, asked = course.grade(**mini.ANSWERS)
    assert asked == [{"test_time.py"}]
    assert mini.points(graded.result) == {"middle": 40.0, "Clock": 25.0, "spread": 20.0}
    assert graded.result.remarks == anew(course, **mini.ANSWERS).result.remarks


@pytest.mark.parametrize("name", ["conftest.py", "shared/words.py", "data.csv"])
def test_what_suites_share_concerns_them_all(course: Course, name: str) -> None:
    course.grade(**WRONG)
    path = course.folder / "suites" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("# 1\n")
    assert course.grade(**WRONG)[1] == [set(TEXTS)]
    path.write_text("# 2\n")
    assert course.grade(**WRONG)[1] == [set(TEXTS)]


def test_another_answer_concerns_every_suite(course: Course) -> None:
    """A later exercise may use an earlier one: `spread` calls `middle`."""
    course.grade(**mini.ANSWERS)
    graded, asked = course.grade(**{**mini.ANSWERS, "middle": "def middle(values):\n    return -1.0"})
    assert asked == [set(TEXTS)]
    assert mini.points(graded.result)["spread"] == 0.0


def test_answers_that_were_set_aside_are_judged_as_a_whole(course: Course) -> None:
    """Which answers end the import is found by what all suites say."""
    broken = {**mini.ANSWERS, "Clock": f"{mini.ANSWERS['Clock']}\n\n\nX = 1 / 0\n"}
    first, _ = course.grade(**broken)
    course.edit("test_clock.py", "The clock should", "Your clock should")
    again, asked = course.grade(**broken)
    assert asked[0] == set(TEXTS)
    assert again.result.earned == first.result.earned == 60.0


def test_a_suite_that_is_asked_later_gets_the_seed_of_the_others(course: Course) -> None:
    """A result names one seed, by which all of it can be had again."""
    path = mini.save(mini.notebook(mini.made() / mini.NOTEBOOK, **WRONG), course.folder / "ada.ipynb")
    for seed, ending in ((13, "!"), (99, "?")):
        setup = replace(course.setup, seed=seed, seed_given=False)
        graded = Grader(setup).grade(Found("ada", path))
        assert graded.result.seed == 13
        course.edit("test_middle.py", "value is its own middle", f"value is its own middle{ending}")


def test_a_cluster_asks_the_same_suites(course: Course) -> None:
    """A worker is sent what is known, and asks what is not."""
    first, _ = course.grade(**WRONG)
    course.edit("test_middle.py", "Sort before", "Do sort before")
    grader = Grader(course.setup)
    submission = grader.read(Found("ada", course.folder / "ada.ipynb"))
    before = Judgements(course.folder / "judged").load(grader.key(submission))
    assert before is not None
    course.asked.clear()
    answer = judge_lines._judged(grader.judge, answers_bytes(submission, before=asdict(before)))
    judgement = Judgement.from_data(json.loads(json.dumps(answer))["judgement"])
    assert course.asked == [{"test_middle.py"}]
    assert [outcome.earned for outcome in judgement.outcomes] == [25.0, 0.0, 10.0, 20.0]
    assert "Do sort before" in judgement.outcomes[1].message
    assert [file_of(name) for name in judgement.parts] == sorted(TEXTS)
    assert first.result.earned == 55.0


def test_every_file_of_a_room_that_decides_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever adds a file need not think of the keys: a verdict made without it is not taken for one made with it."""
    setup = mini.setup()
    copy = tmp_path / "autograder"
    shutil.copytree(basis.GRADER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(basis, "GRADER", copy)
    seen = {ground(setup)}
    files = [path for room in basis.DECIDING for path in (copy / room).rglob("*.py")]
    for path in [*files, *(copy / room / "newly_added.py" for room in basis.DECIDING)]:
        path.write_text(f"{path.read_text()}\n" if path.exists() else "")
        seen.add(ground(setup))
    assert len(seen) == 1 + len(files) + len(basis.DECIDING)
    before = ground(setup)
    (copy / "books" / "newly_added.py").write_text("")
    assert ground(setup) == before, "a page decides no points"
    assert suites_of(setup) == suites_of(mini.setup())


def test_the_judge_stands_on_the_rooms_that_decide_alone() -> None:
    """What the judge imports, at whatever distance, can change a verdict: it counts, or is of the ground."""
    ground_floor = {"autograder.files", "autograder.temporary"}
    graph = grimp.build_graph("autograder")
    upstream = graph.find_upstream_modules("autograder.judging.judge")
    outside = {name for name in upstream if name.count(".") and name.split(".")[1] not in basis.DECIDING}
    assert outside <= ground_floor
