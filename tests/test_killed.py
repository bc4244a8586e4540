"""A grading run that is killed, and the same command again: every submission has exactly one result."""

import contextlib
import multiprocessing
import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest

from autograder.grading import course_lock
from autograder.grading.gradebook import GradebookWriter
from autograder.grading.results import load_all
from tests import mini
from tests.confined import descendants
from tests.courses import files_written, grade_course, here, left_behind, mini_class, points, rows
from tests.test_gradebook import set_manual

STUDENTS, KILLS = 26, 10


def children(pid: int) -> set[int]:
    """The processes that a process has started and that still run."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(words[1]) == pid and words[0] != "Z":
            found.add(int(path.parent.name))
    return found


def test_killed_at_ten_random_moments(tmp_path: Path) -> None:
    """Each time somewhere in the next few writes; every fifth run judges in two processes of its own."""
    whole, course = mini_class(tmp_path / "whole", STUDENTS), mini_class(tmp_path / "course", STUDENTS)
    grade_course(whole, mini.setup(), engine=here)
    context, rng = multiprocessing.get_context("forkserver"), random.Random(13)
    context.set_forkserver_preload(["tests.courses", "nbgrader.api", "autograder.examining.verdicts"])
    killed, orphans = 0, set[int]()
    for number in range(KILLS):
        process = context.Process(target=grade_course, args=(course, mini.setup(), 2, here if number % 5 else None))
        process.start()
        goal = files_written(course) + rng.randrange(4)
        while files_written(course) < goal and process.is_alive():
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 0.05))
        assert process.pid is not None
        orphans |= children(process.pid)
        process.kill()
        process.join()
        killed += process.exitcode == -signal.SIGKILL
        if number == KILLS // 2:
            (course / "results" / ".part-left").touch()
    assert killed == KILLS
    grade_course(course, mini.setup(), engine=here)
    assert left_behind(course) == left_behind(whole)
    assert len(points(course)) == STUDENTS
    assert len(set(map(tuple, points(course).values()))) > 5
    limit = time.monotonic() + 20
    while (alive := {pid for pid in orphans if Path(f"/proc/{pid}").exists()}) and time.monotonic() < limit:
        time.sleep(0.1)
    assert not alive


class Killer(threading.Thread):
    """Ends processes below this one at random, judges and sandboxes, as a machine without memory does."""

    def __init__(self, kills: int, course: Path) -> None:
        super().__init__(daemon=True)
        self.left, self._begun, self._rng = kills, course / course_lock.NAME, random.Random(13)

    def run(self) -> None:
        while not self._begun.exists():
            time.sleep(0.05)
        while self.left > 0:
            time.sleep(self._rng.uniform(0.05, 0.3))
            below = [pid for pid in sorted(descendants(os.getpid())) if self._is_ours(pid)]
            if below:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._rng.choice(below), signal.SIGKILL)
                    self.left -= 1

    @staticmethod
    def _is_ours(pid: int) -> bool:
        """Not the one that `multiprocessing` keeps for itself."""
        try:
            return b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:  # it has just ended
            return False


def test_judges_and_sandboxes_killed_at_random_cost_nobody_a_point(tmp_path: Path) -> None:
    """Whoever was hit twice is not judged; every score that is given is the one that is due."""
    whole, course = mini_class(tmp_path / "whole", STUDENTS), mini_class(tmp_path / "course", STUDENTS)
    grade_course(whole, mini.setup(), engine=here)
    killer = Killer(2 * KILLS, course)
    killer.start()
    grade_course(course, mini.setup(), jobs=2)
    struck, killer.left = 2 * KILLS - killer.left, 0
    due = {result.student: result for result in load_all(whole / "results")}
    found = load_all(course / "results")
    assert struck > 2
    assert [result.student for result in found] == sorted(due)
    for result in found:
        if result.judged:
            assert result.marks == due[result.student].marks
        else:
            assert result.attention
    killer.join()
    grade_course(course, mini.setup(), engine=here)
    kept, due_in_all = left_behind(course), left_behind(whole)
    for each in (*kept["results"].values(), *due_in_all["results"].values()):
        del each["tier"]  # a judge whose trial of a sandbox was ended takes the next one
    assert kept == due_in_all


@pytest.mark.parametrize(
    "step", ["autograder.grading.whole_class.write_autograded", "autograder.grading.whole_class.save", "write"]
)
def test_an_end_between_two_writes_loses_no_flag(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The instructor read an answer and it changed: the run that notices dies at this step, the next one flags it."""
    path = tmp_path / "submitted" / "ada" / "13_benchmarking" / "benchmarking_dev.ipynb"
    mini.save(mini.solved(), path)
    mini.gradebook(tmp_path)
    grade_course(tmp_path, mini.setup(), engine=here)
    set_manual(tmp_path / "gradebook.db", "question_measured", 12.0)
    grade_course(tmp_path, mini.setup(), engine=here)
    flags = {name: flag for _, name, _, flag in rows(tmp_path / "gradebook.db")}
    assert flags["question_measured"] == 0
    mini.save(mini.notebook(mini.made() / mini.NOTEBOOK, **{**mini.ANSWERS, "question_measured": "Another."}), path)

    def dies(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if step == "write":
            patched.setattr(GradebookWriter, "write", dies)
        else:
            patched.setattr(step, dies)
        with pytest.raises(KeyboardInterrupt):
            grade_course(tmp_path, mini.setup(), engine=here)
    grade_course(tmp_path, mini.setup(), engine=here)
    flags = {name: flag for _, name, _, flag in rows(tmp_path / "gradebook.db")}
    assert flags["question_measured"] == 1
    assert len(flags) == len(rows(tmp_path / "gradebook.db"))


def test_a_gradebook_that_was_lost_is_filled_again(tmp_path: Path) -> None:
    course = mini_class(tmp_path, 4)
    grade_course(course, mini.setup(), engine=here)
    before = left_behind(course)
    (course / "gradebook.db").unlink()
    mini.gradebook(course)
    assert rows(course / "gradebook.db") == []
    grade_course(course, mini.setup(), engine=here)
    assert left_behind(course) == before
