"""The process of the worker: makes ready what it grades with, and works until a signal comes."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from autograder.judging.setup import Setup
from autograder.mailbox.mailbox import open_mailbox
from autograder.mailbox.serving.child import begin
from autograder.mailbox.worker import Worker
from autograder.reading.places import RELEASE, SUITES
from autograder.sandbox import confinement
from autograder.temporary import Folder


@dataclass(frozen=True)
class Grading:
    """What a worker grades with, as words of a command line."""

    release: Path = RELEASE
    suites: Path = SUITES
    jobs: int | None = None
    tier: str | None = None
    scheduler: str | None = None
    trust: bool = False

    def words(self, course: Path) -> tuple[str, ...]:
        """Return the words for this module's own command line."""
        words = [str(course), "--release", str(self.release), "--suites", str(self.suites)]
        for name in ("jobs", "tier", "scheduler"):
            value = getattr(self, name)
            words += [f"--{name}", str(value)] if value is not None else []
        return (*words, *(["--trust"] if self.trust else []))

    def check(self) -> None:
        """Raise SandboxUnavailable where no sandbox works here."""
        if not (self.trust or self.scheduler):
            if self.tier:
                os.environ["AUTOGRADER_TIER"] = self.tier
            confinement.probe()


def work(course: Path, grading: Grading) -> None:
    """Work on a course's mailbox until SIGTERM."""
    if grading.tier:
        os.environ["AUTOGRADER_TIER"] = grading.tier
    mailbox = open_mailbox(course)
    seed = mailbox.settings.seed
    with Folder("support") as support:
        made = confinement.build_support(support)
        setup = Setup(grading.release, made, grading.suites, seed, trust=grading.trust)
        worker = Worker(mailbox, setup, engine=None)
        worker.jobs = grading.jobs or worker.jobs
        if grading.scheduler:
            from autograder.grading.cluster import on_cluster

            worker.engine = on_cluster(grading.scheduler, worker.jobs)
        worker.run()


def main() -> None:
    """Work as the command line says."""
    begin()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C reaches all; the watching process tells this one
    parser = argparse.ArgumentParser()
    parser.add_argument("course", type=Path)
    for name, kind in (("release", Path), ("suites", Path), ("jobs", int), ("tier", str), ("scheduler", str)):
        parser.add_argument(f"--{name}", type=kind)
    parser.add_argument("--trust", action="store_true")
    words = vars(parser.parse_args())
    work(words.pop("course"), Grading(**words))


if __name__ == "__main__":
    main()
