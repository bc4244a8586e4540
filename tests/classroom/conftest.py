"""A classroom that runs, headless Chromium in front of it, and the reference answers; `make test-classroom`."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.proving.demo_class import answers
from autograder.reading.lesson import load_lesson
from autograder.reading.places import LESSON
from tests.book.browser import Browser
from tests.classroom.lab import WIDTH, Lab
from tests.classroom.server import Classroom

PICTURES: list[Path] = []
CLOCK: list[tuple[str, float]] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say where the pictures are, and what each of the newcomer's steps took."""
    for folder in PICTURES:
        terminalreporter.write_line(f"pictures of every step: {folder}")
    for step, seconds in CLOCK:
        terminalreporter.write_line(f"{seconds:6.1f} s  {step}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Keep a picture of where a test failed."""
    report = yield
    lab = getattr(item, "funcargs", {}).get("lab")
    if report.when == "call" and report.failed and isinstance(lab, Lab):
        lab.picture(f"failed-{item.name}")
    return report


@pytest.fixture(scope="session")
def reference() -> dict[str, str]:
    """The lesson's own answers, by exercise."""
    return answers(load_lesson(LESSON))


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Classroom]:
    """A fresh course, open; ended with Ctrl-C."""
    running = Classroom(tmp_path_factory.mktemp("classroom") / "course")
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.fixture(scope="module")
def lab(classroom: Classroom, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Somebody in front of it. The pictures go to CLASSROOM_PICTURES where that is set."""
    pictures = Path(os.environ.get("CLASSROOM_PICTURES") or tmp_path_factory.mktemp("pictures"))
    PICTURES.append(pictures)
    with Browser() as browser:
        browser.look(WIDTH)
        yield Lab(browser.driver, pictures)
