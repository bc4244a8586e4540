"""The worker: takes what waits, lays it into the course's folder, has it graded there, and writes down what was found.

The grader is the one of `autograder grade`, sandbox and all, so the course's folder is what that command leaves:
`submitted/`, `autograded/`, `results/`, the gradebook. Nothing here runs a student's code.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.books.loaded import load_class
from autograder.books.overview import write_page
from autograder.collecting.choose import Found
from autograder.files import PART, write_whole
from autograder.grading.grade import Graded
from autograder.grading.gradebook import GradebookError
from autograder.grading.results import load
from autograder.grading.whole_class import grade_class, usable_cores
from autograder.judging.judge import CannotGradeError
from autograder.judging.setup import Setup
from autograder.mailbox import queue
from autograder.mailbox.database import DatabaseAwayError
from autograder.mailbox.mailbox import Mailbox
from autograder.mailbox.queue import Job
from autograder.mailbox.settings import Settings
from autograder.reading.lesson import LessonError
from autograder.sandbox.confinement import SandboxLostError, SandboxUnavailable

logger = logging.getLogger("autograder.mailbox")

POLL_S = 1.0
BATCH = 64  # arrivals taken at once: making ready to grade takes some seconds, the lease is renewed meanwhile
PAGE_S = 60.0  # between two class pages
_LONGEST_S = 60.0  # between two tries of a grader that cannot work
_CANNOT = (CannotGradeError, GradebookError, LessonError, SandboxLostError, SandboxUnavailable, OSError, ValueError)


def own_name() -> str:
    """Return a name that no other worker has."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"


@dataclass
class Worker:
    """One worker on one mailbox; `setup` is what it grades with, `engine` where it does not judge on this machine."""

    mailbox: Mailbox
    setup: Setup
    jobs: int = field(default_factory=usable_cores)
    engine: Any = None
    name: str = field(default_factory=own_name)
    _page_due: bool = False
    _page_at: float = float("-inf")

    def run(self) -> None:
        """Work until SystemExit comes. What was taken then goes back into the queue."""
        wait_s = POLL_S
        while True:
            try:
                worked = self.once()
                wait_s = POLL_S
            except DatabaseAwayError:
                worked, wait_s = False, min(_LONGEST_S, 2 * wait_s)
                logger.warning("the database does not answer; the worker asks again in %.0f s", wait_s)
            except _CANNOT as error:
                worked, wait_s = False, min(_LONGEST_S, 2 * wait_s)
                logger.warning("nothing can be graded, again in %.0f s: %s", wait_s, error)
            if not worked:
                self._write_page()
                time.sleep(wait_s)

    def once(self) -> bool:
        """Take and grade one batch; False says that nothing waited. Raises what the grader raises for a whole class."""
        settings = self.mailbox.settings
        jobs = queue.claim(self.mailbox.database, self.name, settings.lease_s, BATCH)
        if not jobs:
            return False
        open_jobs = {job.student: job for job in jobs}
        why = "the worker was stopped"
        try:
            with self._alive(settings.lease_s):
                self._grade(jobs, settings, open_jobs)
        except _CANNOT as error:
            why = str(error)
            raise
        finally:
            self._hand_back(open_jobs.values(), why)
        self._page_due = True
        return True

    def _grade(self, jobs: Sequence[Job], settings: Settings, open_jobs: dict[str, Job]) -> None:
        course = self.mailbox.course
        found = [Found(job.student, self._laid_out(job, settings)) for job in jobs]

        def noted(graded: Iterable[Graded], _: int) -> Iterator[Graded]:
            for each in graded:
                yield each  # it is written when the next one is asked for
                self._note(open_jobs, each.result.student)

        url = f"sqlite:///{course / 'gradebook.db'}"
        grade_class(found, self.setup, course, url, jobs=self.jobs, engine=self.engine, progress=noted)

    def _note(self, open_jobs: dict[str, Job], student: str) -> None:
        job, result = open_jobs[student], load(student, self.mailbox.course / "results")
        if result is None:
            return
        mine = queue.finish(self.mailbox.database, self.name, job, result)
        del open_jobs[student]
        logger.info("graded arrival %d%s", job.arrival, "" if mine else ", but another worker has taken it")

    def _laid_out(self, job: Job, settings: Settings) -> Path:
        """Copy a file to where nbgrader has it, with its time of arrival; return its path."""
        folder = self.mailbox.course / "submitted" / job.student / settings.assignment
        folder.mkdir(parents=True, exist_ok=True)
        path, part = folder / f"{settings.notebook}.ipynb", folder / f"{PART}{secrets.token_hex(4)}"
        shutil.copyfile(self.mailbox.blobs.path(job.sha256), part)
        part.replace(path)
        write_whole(folder / "timestamp.txt", f"{job.received[:10]} {job.received[11:19]}.000000 UTC\n")
        return path

    def _hand_back(self, jobs: Iterable[Job], why: str) -> None:
        left = list(jobs)
        if not left:
            return
        try:
            queue.hand_back(self.mailbox.database, self.name, left, why)
        except DatabaseAwayError:
            logger.warning("the database does not answer; %d submissions are taken again later", len(left))

    @contextmanager
    def _alive(self, lease_s: float) -> Iterator[None]:
        """Renew the lease in a thread while the body works."""
        done = threading.Event()
        thread = threading.Thread(target=self._renew, args=(done, lease_s), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _renew(self, done: threading.Event, lease_s: float) -> None:
        while not done.wait(lease_s / 4):
            try:
                queue.renew(self.mailbox.database, self.name, lease_s)
            except OSError as error:
                logger.warning("the lease could not be renewed: %s", error)

    def _write_page(self) -> None:
        """Write the class page for the instructor, now and then."""
        if not self._page_due or time.monotonic() - self._page_at < PAGE_S:
            return
        self._page_due, self._page_at = False, time.monotonic()
        try:
            write_page(load_class(self.mailbox.course / "results").results, self.mailbox.course)
        except (OSError, ValueError) as error:
            logger.warning("the class page could not be written: %s", error)
